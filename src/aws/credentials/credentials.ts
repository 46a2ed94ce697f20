/** Keys to sign requests with, as the SDK takes them. Never logged, never put into an error. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  /** Undefined: they do not expire. */
  readonly expiration?: Date;
  /** The account they belong to, where their source says so. */
  readonly accountId?: string;
}

/** Credentials of one recipe. */
export interface CredentialSource {
  /**
   * Valid credentials, from memory or renewed: one renewal for all who ask at the time. Rejects with an AwsError of kind
   * `credentials`.
   */
  get(): Promise<Credentials>;
  /** The service refused these: the next `get` renews, unless that has already happened. */
  drop(refused: Credentials): void;
}
