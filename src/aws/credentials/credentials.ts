/** Keys to sign requests with, as the SDK takes them. Never logged, never put into an error. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  /** Undefined: they do not expire. */
  readonly expiration?: Date;
  /** The account they belong to, where their source says so. */
  readonly accountId?: string;
  /** Whose they are, where an AssumeRole said so. */
  readonly arn?: string;
}

/** Credentials of one recipe. */
export interface CredentialSource {
  /**
   * Valid credentials, from memory or renewed: one renewal for all who ask at the time. Rejects with an AwsError of kind
   * `credentials`.
   */
  get(): Promise<Credentials>;
  /**
   * The service refused these. True: the next `get` brings others. False: they were refused so often of late that asking
   * for new ones has to wait.
   */
  drop(refused: Credentials): boolean;
}
