// https://www.sanity.io/docs/content-lake/webhook-best-practices

import { SIGNATURE_HEADER_NAME, encodeSignatureHeader, isValidRequest } from "@sanity/webhook";

import {
  EVENT, LARGE, NOT_UTF8, NOW, OTHER, REPLACED, SECOND_TOLERANCE, TAMPERED, UNICODE,
  accept, hmacSha256, reject, truncated, withHeader, withoutHeader,
} from "../delivery.mjs";
import { misspelled } from "../timestamps.mjs";

export const provider = "sanity";
export const sdk = "@sanity/webhook";

const HEADER = SIGNATURE_HEADER_NAME;
const NOW_MILLIS = NOW * 1000;
const CURRENT = { label: "current", value: "the secret of the document webhook" };
const PREVIOUS = { label: "previous", value: "the one before it" };
const NO_WINDOW = { sdkAccepts: true, note: "The SDK does not compare the time with the clock." };

export function accepts({ secret, headers, body }) {
  return isValidRequest({ headers, body }, secret);
}

async function deliver({ secret = CURRENT, secrets = [secret], body = EVENT, at = NOW_MILLIS } = {}) {
  return { secrets, headers: [[HEADER, await signed({ secret, body, at })]], body };
}

// The SDK makes whole headers, out of text; what is not UTF-8 is signed by the documented rule.
async function signed({ secret = CURRENT, body = EVENT, at = NOW_MILLIS } = {}) {
  if (body === NOT_UTF8) {
    return `t=${at},v1=${v1({ secret, body, at })}`;
  }
  return encodeSignatureHeader(body.toString(), at, secret.value);
}

function v1({ secret = CURRENT, body = EVENT, at = NOW_MILLIS } = {}) {
  return hmacSha256(secret.value, `${at}.`, body).toString("base64url");
}

const genuine = await deliver();
const header = (value) => withHeader(genuine, HEADER, () => value);
const signature = v1();

export const cases = [
  accept("plain-json", genuine),
  accept("unicode-body", await deliver({ body: UNICODE })),
  accept("large-body", await deliver({ body: LARGE })),
  accept("capitalised-header-name", { ...genuine, headers: [["Sanity-Webhook-Signature", genuine.headers[0][1]]] }),
  accept("a-millisecond-that-is-not-round", await deliver({ at: NOW_MILLIS - 189 })),
  accept("previous-secret", await deliver({ secret: PREVIOUS, secrets: [CURRENT, PREVIOUS] })),
  accept("current-secret-listed-last", await deliver({ secrets: [PREVIOUS, CURRENT] })),
  accept("oldest-tolerated", await deliver({ at: NOW_MILLIS - SECOND_TOLERANCE * 1000 })),
  accept("sender-clock-half-a-minute-ahead", await deliver({ at: NOW_MILLIS + 30_000 })),
  accept("body-not-utf8", await deliver({ body: NOT_UTF8 }), {
    sdkAccepts: false,
    note: "The bytes are what is signed; the SDK decodes them leniently first.",
  }),

  reject("tampered-body", { ...genuine, body: TAMPERED }),
  reject("wrong-secret", { ...genuine, secrets: [PREVIOUS] }),
  reject("signature-of-another-body", header(await signed({ body: OTHER }))),
  reject("signature-of-the-body-alone", header(`t=${NOW_MILLIS},v1=${hmacSha256(CURRENT.value, EVENT).toString("base64url")}`)),
  reject("signature-of-another-time", header(`t=${NOW_MILLIS + 1},v1=${signature}`)),
  reject("stale", await deliver({ at: NOW_MILLIS - SECOND_TOLERANCE * 1000 - 1000 }), NO_WINDOW),
  reject("a-year-old", await deliver({ at: NOW_MILLIS - 31_536_000_000 }), NO_WINDOW),
  reject("an-hour-ahead", await deliver({ at: NOW_MILLIS + 3_600_000 }), NO_WINDOW),
  reject("ten-years-ahead", await deliver({ at: NOW_MILLIS + 315_360_000_000 }), NO_WINDOW),
  reject("time-in-seconds", header(`t=${NOW},v1=${v1({ at: NOW })}`)),
  reject("missing-header", withoutHeader(genuine, HEADER)),
  reject("empty-header", header("")),
  reject("no-time", header(`v1=${signature}`)),
  reject("no-signature", header(`t=${NOW_MILLIS}`)),
  reject("empty-signature", header(`t=${NOW_MILLIS},v1=`)),
  reject("wrong-version", header(`t=${NOW_MILLIS},v5=${signature}`)),
  reject("wrong-separator", header(`t=${NOW_MILLIS};v1=${signature}`)),
  reject("no-separator", header(`t=${NOW_MILLIS}v1=${signature}`)),
  reject("truncated-signature", header(`t=${NOW_MILLIS},v1=${truncated(signature)}`)),
  reject("one-character-missing", header(`t=${NOW_MILLIS},v1=${signature.slice(0, -1)}`)),
  reject("padded-signature", header(`t=${NOW_MILLIS},v1=${signature}=`)),
  reject("hex-signature", header(`t=${NOW_MILLIS},v1=${Buffer.from(signature, "base64url").toString("hex")}`)),
  reject("standard-base64-alphabet", await inStandardAlphabet()),
  reject("non-canonical-base64", header(`t=${NOW_MILLIS},v1=${signature.slice(0, -1)}${nextInAlphabet(signature.at(-1))}`)),
  reject("repeated-header-that-differs", {
    ...genuine,
    headers: [...genuine.headers, [HEADER, `t=${NOW_MILLIS},v1=${v1({ body: OTHER })}`]],
  }),
  reject("body-not-utf8-decoded-leniently", { ...(await deliver({ body: REPLACED })), body: NOT_UTF8 }, {
    sdkAccepts: true,
    note: "Signed was the text with U+FFFD; other bytes that decode to the same text are not what was signed.",
  }),
  ...misspelled(
    ({ sent, signed: at }) => header(`t=${sent},v1=${v1({ at })}`),
    { digits: String(NOW_MILLIS) },
  ),
];

// A delivery whose signature has one of the two characters in which the alphabets differ, written in the other one.
async function inStandardAlphabet() {
  for (let at = NOW_MILLIS; ; at -= 1) {
    const text = v1({ at });
    if (/[-_]/.test(text)) {
      return header(`t=${at},v1=${text.replaceAll("-", "+").replaceAll("_", "/")}`);
    }
  }
}

// The last character of 32 bytes carries four bits and two zeros; the next one decodes to the same bytes.
function nextInAlphabet(last) {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  return alphabet[alphabet.indexOf(last) + 1];
}
