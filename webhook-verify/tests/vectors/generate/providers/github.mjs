// https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries

import { sign, verify } from "@octokit/webhooks-methods";

import {
  EVENT, LARGE, NOT_UTF8, OTHER, REPLACED, TAMPERED, UNICODE,
  accept, hmacSha256, reject, truncated, withHeader, withoutHeader,
} from "../delivery.mjs";

export const provider = "github";
export const sdk = "@octokit/webhooks-methods";

const HEADER = "x-hub-signature-256";
const CURRENT = { label: "current", value: "It's a Secret to Everybody" };
const PREVIOUS = { label: "previous", value: "correct horse battery staple" };
const UNICODE_SECRET = { label: "current", value: "cl\u00e9 secr\u00e8te \u2665" };

export async function accepts({ secret, headers, body }) {
  try {
    return await verify(secret, body.toString(), headers[HEADER]);
  } catch (error) {
    if (error.message.endsWith("secret, eventPayload & signature required")) {
      return false;
    }
    throw error;
  }
}

// The SDK signs text only, so what is not UTF-8 is signed by the documented rule.
async function deliver({ secret = CURRENT, secrets = [secret], body = EVENT } = {}) {
  const signature = body === NOT_UTF8 ? `sha256=${hex(secret, body)}` : await sign(secret.value, body.toString());
  const headers = [
    ["X-GitHub-Event", "push"],
    ["X-GitHub-Delivery", "72d3162e-cc78-11e3-81ab-4c9367dc0958"],
    ["X-Hub-Signature-256", signature],
  ];
  return { secrets, headers, body };
}

function hex(secret, body) {
  return hmacSha256(secret.value, body).toString("hex");
}

const genuine = await deliver();
const signature = (change) => withHeader(genuine, HEADER, change);

export const cases = [
  accept("plain-json", genuine),
  accept("unicode-body", await deliver({ body: UNICODE })),
  accept("unicode-secret", await deliver({ secret: UNICODE_SECRET })),
  accept("large-body", await deliver({ body: LARGE })),
  accept("text-body", await deliver({ body: Buffer.from("Hello, World!") })),
  accept("form-body", await deliver({ body: Buffer.from("payload=%7B%22zen%22%3A%22Design+for+failure.%22%7D") })),
  accept("lower-case-header-names", { ...genuine, headers: genuine.headers.map(([name, value]) => [name.toLowerCase(), value]) }),
  accept("previous-secret", await deliver({ secret: PREVIOUS, secrets: [CURRENT, PREVIOUS] })),
  accept("current-secret-listed-last", await deliver({ secrets: [PREVIOUS, CURRENT] })),
  accept("upper-case-hex", signature((value) => `sha256=${value.slice(7).toUpperCase()}`), {
    sdkAccepts: false,
    note: "Hex means the same in either case; the SDK compares the text.",
  }),
  accept("body-not-utf8", await deliver({ body: NOT_UTF8 }), {
    sdkAccepts: false,
    note: "The bytes are what is signed; the SDK takes text only and decodes them leniently.",
  }),

  reject("tampered-body", { ...genuine, body: TAMPERED }),
  reject("body-with-newline-added", { ...genuine, body: Buffer.concat([EVENT, Buffer.from("\n")]) }),
  reject("body-reformatted", { ...genuine, body: Buffer.from(JSON.stringify(JSON.parse(EVENT), null, 2)) }),
  reject("wrong-secret", { ...genuine, secrets: [PREVIOUS] }),
  reject("signature-of-another-body", { ...(await deliver({ body: OTHER })), body: EVENT }),
  reject("missing-signature", withoutHeader(genuine, HEADER)),
  reject("empty-signature-header", signature(() => "")),
  reject("empty-signature", signature(() => "sha256=")),
  reject("truncated-signature", signature(truncated)),
  reject("odd-number-of-digits", signature((value) => value.slice(0, -1))),
  reject("extended-signature", signature((value) => `${value}00`)),
  reject("one-digit-changed", signature((value) => value.slice(0, -1) + (value.endsWith("0") ? "1" : "0"))),
  reject("all-zero-signature", signature(() => `sha256=${"0".repeat(64)}`)),
  reject("not-hex", signature(() => `sha256=${"z".repeat(64)}`)),
  reject("base64-signature", signature(() => `sha256=${hmacSha256(CURRENT.value, EVENT).toString("base64")}`)),
  reject("no-prefix", signature((value) => value.slice(7))),
  reject("sha1-prefix", signature((value) => value.replace("sha256=", "sha1="))),
  reject("upper-case-prefix", signature((value) => value.replace("sha256=", "SHA256="))),
  reject("only-the-sha1-header", {
    ...genuine,
    headers: genuine.headers.map(([name, value]) => (name.toLowerCase() === HEADER ? ["X-Hub-Signature", value] : [name, value])),
  }),
  reject("two-signatures-in-one-header", signature((value) => `sha256=${"0".repeat(64)},${value}`)),
  reject("repeated-header-that-differs", {
    ...genuine,
    headers: [["X-Hub-Signature-256", `sha256=${"0".repeat(64)}`], ...genuine.headers],
  }),
  reject("body-not-utf8-decoded-leniently", { ...(await deliver({ body: REPLACED })), body: NOT_UTF8 }, {
    sdkAccepts: true,
    note: "Signed was the text with U+FFFD; other bytes that decode to the same text are not what was signed.",
  }),
];
