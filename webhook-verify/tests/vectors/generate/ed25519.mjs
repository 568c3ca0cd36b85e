// Ed25519 in the place of HMAC: a form of secrets of which the receiver has the public halves, and what signs.

import { createHash, createPrivateKey, createPublicKey, sign } from "node:crypto";

const PKCS8 = Buffer.from("302e020100300506032b657004220420", "hex");

export function keyPairs(written) {
  const pair = (label, byte) => {
    const key = createPrivateKey({ key: Buffer.concat([PKCS8, Buffer.alloc(32, byte)]), format: "der", type: "pkcs8" });
    return { secret: { label, value: written(createPublicKey(key).export({ format: "der", type: "spki" }).subarray(-32)) }, key };
  };
  const [newest, old, other] = [pair("new", 7), pair("old", 9), pair("other", 11)];
  return {
    secrets: [newest.secret, old.secret],
    key: (text) => (text === newest.secret.value ? newest.key : old.key),
    otherKey: () => other.key,
  };
}

// Another hash than the scheme's stands for Ed25519ph's mistake: signing the digest of the message.
export function signer(hash, key) {
  const parts = [];
  return {
    update: (part) => parts.push(Buffer.from(part)),
    digest: (encoding) => {
      const message = Buffer.concat(parts);
      const signed = hash === "none" ? message : createHash(hash).update(message).digest();
      return sign(null, signed, key).toString(encoding);
    },
  };
}
