/**
 * What credentials need of the cluster, injected, so that this part knows no API server. Rejections may carry the HTTP
 * `status` of the API server's answer: 403 and 404 are told apart in the message.
 */
export interface ServiceAccountTokens {
  /** TokenRequest. */
  token(request: {
    readonly namespace: string;
    readonly name: string;
    readonly audience: string;
    readonly expirationSeconds: number;
  }): Promise<string>;
}

export interface AccessKeySecret {
  readonly uid: string;
  /** Key of the Secret to its content, decoded. */
  readonly data: ReadonlyMap<string, string>;
  /** Another one after every change of the Secret: its resourceVersion. */
  readonly changeToken: string;
}

export interface AccessKeySecrets {
  /** The Secret as it is now; undefined where there is none. */
  read(secret: { readonly namespace: string; readonly name: string }): Promise<AccessKeySecret | undefined>;
  /**
   * The newest change token known without a request, from a watch of metadata; undefined where nothing is known. One that
   * differs from that of the last read makes the key be read again, so that a rotated key needs no restart.
   */
  changeToken(secret: { readonly namespace: string; readonly name: string }): string | undefined;
}
