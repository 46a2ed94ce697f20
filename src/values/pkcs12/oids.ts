/** Object identifiers of PKCS#12, PKCS#7 and PKCS#5, as hexadecimal of their DER content. */
export const oids = {
  data: "2a864886f70d010701",
  encryptedData: "2a864886f70d010706",
  keyBag: "2a864886f70d010c0a0101",
  shroudedKeyBag: "2a864886f70d010c0a0102",
  certBag: "2a864886f70d010c0a0103",
  x509Certificate: "2a864886f70d01091601",
  friendlyName: "2a864886f70d010914",
  localKeyId: "2a864886f70d010915",
  pbes2: "2a864886f70d01050d",
  pbkdf2: "2a864886f70d01050c",
  sha1And3KeyTripleDes: "2a864886f70d010c0103",
  sha1And2KeyTripleDes: "2a864886f70d010c0104",
  sha1And128BitRc2: "2a864886f70d010c0105",
  sha1And40BitRc2: "2a864886f70d010c0106",
  hmacWithSha256: "2a864886f70d0209",
  aes256Cbc: "60864801650304012a",
  sha256: "608648016503040201",
} as const;

/** Digest algorithms of a MAC. */
export const digests: ReadonlyMap<string, string> = new Map([
  ["2b0e03021a", "sha1"],
  [oids.sha256, "sha256"],
  ["608648016503040202", "sha384"],
  ["608648016503040203", "sha512"],
]);

/** Pseudorandom functions of PBKDF2. */
export const hmacs: ReadonlyMap<string, string> = new Map([
  ["2a864886f70d0207", "sha1"],
  [oids.hmacWithSha256, "sha256"],
  ["2a864886f70d020a", "sha384"],
  ["2a864886f70d020b", "sha512"],
]);

/** Ciphers of PBES2: Node's name and the bytes of the key. */
export const ciphers: ReadonlyMap<string, { readonly name: string; readonly keyBytes: number }> = new Map([
  ["608648016503040102", { name: "aes-128-cbc", keyBytes: 16 }],
  ["608648016503040116", { name: "aes-192-cbc", keyBytes: 24 }],
  [oids.aes256Cbc, { name: "aes-256-cbc", keyBytes: 32 }],
  ["2a864886f70d0307", { name: "des-ede3-cbc", keyBytes: 24 }],
]);
