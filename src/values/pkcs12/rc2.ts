/**
 * RC2 in CBC mode (RFC 2268), decryption only: keystores of OpenSSL 1 and of Java before 16 have their certificates in
 * it, and OpenSSL 3 does not offer it any more.
 */

/** The table of RFC 2268, section 2. */
const table = Buffer.from(
  "d978f9c419ddb5ed28e9fd794aa0d89dc67e37832b76538e624c6488448bfba2179a59f587b34f1361456d8d09817d32" +
    "bd8f40eb86b77b0bf09521225c6b4e8254d66593ce60b21c7356c014a78cf1dc1275ca1f3bbee4d1423dd430a33cb626" +
    "6fbf0eda4669075727f21d9bbc944303f811c7f690ef3ee706c3d52fc8661ed708e8eade8052eef784aa72ac354d6a2a" +
    "961ad2715a1549744b9fd05e0418a4ecc2e0416e0f51cbcc2491af50a1f47039997c3a8523b8b47afc02365b25559731" +
    "2d5dfa98e38a92ae05df2910676cbac9d300e6cfe19ea82c6316013f58e289a90d38341bab33ffb0bb480c5fb9b1cd2e" +
    "c5f3db47e5a59c770aa62068fe7fc1ad",
  "hex",
);

const rotations = [1, 2, 3, 5];

/** Decrypts and takes the padding off; throws a RangeError where that is wrong, as it is with a wrong key. */
export function decryptRc2(key: Uint8Array, iv: Uint8Array, encrypted: Uint8Array): Buffer {
  if (encrypted.length === 0 || encrypted.length % 8 !== 0) throw new RangeError("RC2 works on blocks of eight bytes");
  const words = expandKey(key);
  const plain = Buffer.alloc(encrypted.length);
  let previous: Uint8Array = iv;
  for (let at = 0; at < encrypted.length; at += 8) {
    const block = encrypted.subarray(at, at + 8);
    const decrypted = decryptBlock(words, block);
    for (let index = 0; index < 8; index += 1) plain[at + index] = (decrypted[index] ?? 0) ^ (previous[index] ?? 0);
    previous = block;
  }
  const padding = plain.at(-1) ?? 0;
  if (padding < 1 || padding > 8 || !plain.subarray(-padding).every((byte) => byte === padding)) {
    throw new RangeError("the padding is wrong");
  }
  return plain.subarray(0, -padding);
}

/** 64 words from a key whose effective bits are all of its bits. */
function expandKey(key: Uint8Array): Uint16Array {
  const bytes = Buffer.alloc(128);
  bytes.set(key);
  const at = (index: number): number => bytes[index] ?? 0;
  for (let index = key.length; index < 128; index += 1) {
    bytes[index] = table[(at(index - 1) + at(index - key.length)) & 0xff] ?? 0;
  }
  bytes[128 - key.length] = table[at(128 - key.length)] ?? 0;
  for (let index = 127 - key.length; index >= 0; index -= 1) {
    bytes[index] = table[at(index + 1) ^ at(index + key.length)] ?? 0;
  }
  return Uint16Array.from({ length: 64 }, (_, index) => bytes.readUInt16LE(2 * index));
}

function decryptBlock(words: Uint16Array, block: Uint8Array): Buffer {
  const source = Buffer.from(block);
  const state = Uint16Array.from({ length: 4 }, (_, index) => source.readUInt16LE(2 * index));
  for (let round = 15; round >= 0; round -= 1) {
    unmix(state, words.subarray(4 * round, 4 * round + 4));
    // Mashing stands after the fifth and the eleventh round of the encryption.
    if (round === 11 || round === 5) unmash(state, words);
  }
  const plain = Buffer.alloc(8);
  state.forEach((word, index) => {
    plain.writeUInt16LE(word, 2 * index);
  });
  return plain;
}

const wordAt = (state: Uint16Array, index: number): number => state[index & 3] ?? 0;

function unmix(state: Uint16Array, words: Uint16Array): void {
  for (let index = 3; index >= 0; index -= 1) {
    const rotation = rotations[index] ?? 0;
    const word = wordAt(state, index);
    const rotated = (word >>> rotation) | (word << (16 - rotation));
    const before = wordAt(state, index - 1);
    const mixed = (before & wordAt(state, index - 2)) + (~before & wordAt(state, index - 3));
    state[index] = rotated - (words[index] ?? 0) - mixed;
  }
}

function unmash(state: Uint16Array, words: Uint16Array): void {
  for (let index = 3; index >= 0; index -= 1) {
    state[index] = wordAt(state, index) - (words[wordAt(state, index - 1) & 63] ?? 0);
  }
}
