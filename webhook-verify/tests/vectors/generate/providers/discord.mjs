// https://discord.com/developers/docs/interactions/overview#setting-up-an-endpoint

import { createPrivateKey, createPublicKey, sign } from "node:crypto";

import { verifyKey } from "discord-interactions";

import { EMPTY, EVENT, LARGE, NOT_UTF8, NOW, OTHER, REPLACED, TAMPERED, UNICODE, accept, reject, truncated, withHeader, withoutHeader } from "../delivery.mjs";
import { NO_WINDOW } from "../verdict.mjs";

export const provider = "discord";
export const sdk = "discord-interactions";

const SIGNATURE = "x-signature-ed25519";
const TIMESTAMP = "x-signature-timestamp";
const CURRENT = keyOf(7, "current");
const PREVIOUS = keyOf(8, "previous");
const GROUP_ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;

export function accepts({ secret, headers, body }) {
  return verifyKey(body, headers[SIGNATURE] ?? "", headers[TIMESTAMP] ?? "", secret);
}

// A key pair of the seed whose every byte is `byte`.
function keyOf(byte, label) {
  const der = Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), Buffer.alloc(32, byte)]);
  const privateKey = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  const { x } = createPublicKey(privateKey).export({ format: "jwk" });
  return { label, value: Buffer.from(x, "base64url").toString("hex"), privateKey };
}

const shown = ({ label, value }) => ({ label, value });

function deliver({ secret = CURRENT, secrets = [secret], body = EVENT, at = NOW } = {}) {
  const headers = [["X-Signature-Ed25519", signed({ secret, at, body })], ["X-Signature-Timestamp", String(at)]];
  return { secrets: secrets.map(shown), headers, body };
}

function signed({ secret = CURRENT, at = NOW, body = EVENT }) {
  return sign(null, Buffer.concat([Buffer.from(String(at)), body]), secret.privateKey).toString("hex");
}

// The same signature with the group's order added to its scalar: as good to a verifier that does not reduce it first.
function malleated(signature) {
  const bytes = Buffer.from(signature, "hex");
  const scalar = BigInt(`0x${Buffer.from(bytes.subarray(32)).reverse().toString("hex")}`) + GROUP_ORDER;
  const other = Buffer.from(scalar.toString(16).padStart(64, "0"), "hex").reverse();
  return Buffer.concat([bytes.subarray(0, 32), other]).toString("hex");
}

const genuine = deliver();
const signature = (change) => withHeader(genuine, SIGNATURE, change);

export const cases = [
  accept("genuine", genuine),
  accept("a ping", deliver({ body: Buffer.from('{"type":1}') })),
  accept("a body in several scripts", deliver({ body: UNICODE })),
  accept("a body that is not UTF-8", deliver({ body: NOT_UTF8 })),
  accept("an empty body", deliver({ body: EMPTY })),
  accept("a large body", deliver({ body: LARGE })),
  accept("the new of two keys", { ...deliver({ secrets: [CURRENT, PREVIOUS] }) }),
  accept("the old of two keys", deliver({ secret: PREVIOUS, secrets: [CURRENT, PREVIOUS] })),
  accept("headers in lower case", { ...genuine, headers: genuine.headers.map(([name, value]) => [name.toLowerCase(), value]) }),
  accept("a signature in capitals", signature((value) => value.toUpperCase())),

  reject("a tampered body", { ...genuine, body: TAMPERED }),
  reject("a body with a line break more", { ...genuine, body: Buffer.concat([EVENT, Buffer.from("\n")]) }),
  reject("a body that decodes leniently to the one signed", { ...deliver({ body: REPLACED }), body: NOT_UTF8 }),
  reject("no body", { ...genuine, body: EMPTY }),
  reject("signed with a key that is no longer valid", deliver({ secret: PREVIOUS, secrets: [CURRENT] })),
  reject("the time moved", withHeader(genuine, TIMESTAMP, () => String(NOW + 1))),
  reject("the signature of another time", signature(() => signed({ at: NOW - 1 }))),
  reject("the signature of another body", signature(() => signed({ body: OTHER }))),
  reject("the signature of the body alone", signature(() => signed({ at: "" }))),
  reject("no time", withoutHeader(genuine, TIMESTAMP)),
  reject("no time, and none was signed", withoutHeader(deliver({ at: "" }), TIMESTAMP), {
    sdkAccepts: true,
    note: "The SDK signs what is missing as nothing; without a time a delivery cannot be told from an old one.",
  }),
  reject("no signature header", withoutHeader(genuine, SIGNATURE)),
  reject("an empty signature header", signature(() => "")),
  reject("a signature cut off", signature(truncated)),
  reject("a signature cut off in the middle of a byte", signature((value) => value.slice(0, -1))),
  reject("a signature with a byte more", signature((value) => `${value}00`)),
  reject("a signature of zeros", signature(() => "0".repeat(128))),
  reject("one bit of the signature flipped", signature((value) => (value.startsWith("0") ? "1" : "0") + value.slice(1))),
  reject("a signature whose scalar is not reduced", signature(malleated)),
  reject("the halves of the signature swapped", signature((value) => value.slice(64) + value.slice(0, 64))),
  reject("a signature in Base64", signature((value) => Buffer.from(value, "hex").toString("base64"))),
  reject("a signature that is no hex", signature(() => "z".repeat(128))),
  reject("two signature headers that differ", { ...genuine, headers: [...genuine.headers, ["X-Signature-Ed25519", signed({ body: OTHER })]] }),
  reject("a year old", deliver({ at: NOW - 31_536_000 }), { sdkAccepts: true, note: NO_WINDOW }),
  reject("ten years ahead", deliver({ at: NOW + 315_360_000 }), { sdkAccepts: true, note: NO_WINDOW }),
];
