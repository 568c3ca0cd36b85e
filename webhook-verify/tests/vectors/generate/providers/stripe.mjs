// https://docs.stripe.com/webhooks/signature

import Stripe from "stripe";

import {
  EVENT, LARGE, NOT_UTF8, NOW, OTHER, REPLACED, SECOND_TOLERANCE, TAMPERED, UNICODE,
  accept, hmacSha256, reject, truncated, withHeader, withoutHeader,
} from "../delivery.mjs";
import { misspelled } from "../timestamps.mjs";

export const provider = "stripe";
export const sdk = "stripe";

const HEADER = "stripe-signature";
const CURRENT = { label: "current", value: "whsec_example_of_the_current_secret" };
const PREVIOUS = { label: "previous", value: "whsec_example_of_the_previous_secret" };

export function accepts({ secret, headers, body }) {
  try {
    return Stripe.webhooks.signature.verifyHeader(body, headers[HEADER], secret);
  } catch (error) {
    // The second is what the SDK says of an empty signature.
    if (
      error instanceof Stripe.errors.StripeSignatureVerificationError ||
      error.message === "secureCompare must receive two arguments"
    ) {
      return false;
    }
    throw error;
  }
}

function deliver({ secret = CURRENT, secrets = [secret], body = EVENT, at = NOW } = {}) {
  return { secrets, headers: [["Stripe-Signature", `t=${at},v1=${v1({ secret, body, at })}`]], body };
}

// The SDK makes whole headers, out of text; what is not UTF-8 is signed by the documented rule.
function v1({ secret = CURRENT, body = EVENT, at = NOW } = {}) {
  if (body === NOT_UTF8) {
    return hmacSha256(secret.value, `${at}.`, body).toString("hex");
  }
  const header = Stripe.webhooks.generateTestHeaderString({ payload: body.toString(), secret: secret.value, timestamp: at });
  return header.split("v1=")[1];
}

const genuine = deliver();
const header = (value) => withHeader(genuine, HEADER, () => value);
const signature = v1();
const zeros = "0".repeat(64);
const FIRST_OF_SEVERAL = {
  sdkAccepts: true,
  note: "The SDK drops what follows a second `=`; a signature has one spelling.",
};

export const cases = [
  accept("plain-json", genuine),
  accept("unicode-body", deliver({ body: UNICODE })),
  accept("large-body", deliver({ body: LARGE })),
  accept("lower-case-header-name", { ...genuine, headers: [["stripe-signature", genuine.headers[0][1]]] }),
  accept("previous-secret", deliver({ secret: PREVIOUS, secrets: [CURRENT, PREVIOUS] })),
  accept("current-secret-listed-last", deliver({ secrets: [PREVIOUS, CURRENT] })),
  accept("rotation-known-signature-first", header(`t=${NOW},v1=${signature},v1=${v1({ secret: PREVIOUS })}`)),
  accept("rotation-known-signature-last", header(`t=${NOW},v1=${v1({ secret: PREVIOUS })},v1=${signature}`)),
  accept("malformed-sibling-first", header(`t=${NOW},v1=zz,v1=${signature}`)),
  accept("malformed-sibling-last", header(`t=${NOW},v1=${signature},v1=zz`)),
  accept("empty-sibling", header(`t=${NOW},v1=${signature},v1=`), {
    sdkAccepts: false,
    note: "A malformed signature must not take a genuine one beside it down; the SDK throws.",
  }),
  accept("test-mode-v0-beside-v1", header(`t=${NOW},v1=${signature},v0=${zeros}`)),
  accept("unknown-version-beside-v1", header(`t=${NOW},v2=later,v1=${signature}`)),
  accept("time-after-signature", header(`v1=${signature},t=${NOW}`)),
  accept("oldest-tolerated", deliver({ at: NOW - SECOND_TOLERANCE })),
  accept("sender-clock-half-a-minute-ahead", deliver({ at: NOW + 30 })),
  accept("upper-case-hex", header(`t=${NOW},v1=${signature.toUpperCase()}`), {
    sdkAccepts: false,
    note: "Hex means the same in either case; the SDK compares the text.",
  }),
  accept("body-not-utf8", deliver({ body: NOT_UTF8 }), {
    sdkAccepts: false,
    note: "The bytes are what is signed; the SDK decodes them leniently first.",
  }),

  reject("tampered-body", { ...genuine, body: TAMPERED }),
  reject("wrong-secret", { ...genuine, secrets: [PREVIOUS] }),
  reject("secret-without-its-prefix", { ...genuine, secrets: [{ ...CURRENT, value: CURRENT.value.slice("whsec_".length) }] }),
  reject("signature-of-another-body", header(`t=${NOW},v1=${v1({ body: OTHER })}`)),
  reject("signature-of-the-body-alone", header(`t=${NOW},v1=${hmacSha256(CURRENT.value, EVENT).toString("hex")}`)),
  reject("signature-of-another-time", header(`t=${NOW + 1},v1=${signature}`)),
  reject("stale", deliver({ at: NOW - SECOND_TOLERANCE - 1 })),
  reject("a-year-old", deliver({ at: NOW - 31_536_000 })),
  ...[["an-hour-ahead", 3600], ["ten-years-ahead", 315_360_000]].map(([name, ahead]) =>
    reject(name, deliver({ at: NOW + ahead }), {
      sdkAccepts: true,
      note: "The SDK looks at the past only; a delivery from the future would stay replayable until then.",
    }),
  ),
  reject("missing-header", withoutHeader(genuine, HEADER)),
  reject("empty-header", header("")),
  reject("no-time", header(`v1=${signature}`)),
  reject("no-signature", header(`t=${NOW}`)),
  reject("empty-signature", header(`t=${NOW},v1=`)),
  reject("only-v0", header(`t=${NOW},v0=${signature}`)),
  reject("only-an-unknown-version", header(`t=${NOW},v2=${signature}`)),
  reject("upper-case-keys", header(`T=${NOW},V1=${signature}`)),
  reject("truncated-signature", header(`t=${NOW},v1=${truncated(signature)}`)),
  reject("extended-signature", header(`t=${NOW},v1=${signature}00`)),
  reject("all-zero-signature", header(`t=${NOW},v1=${zeros}`)),
  reject("base64-signature", header(`t=${NOW},v1=${Buffer.from(signature, "hex").toString("base64")}`)),
  reject("not-hex", header(`t=${NOW},v1=${"z".repeat(64)}`)),
  reject("wrong-separator", header(`t=${NOW};v1=${signature}`)),
  reject("text-after-signature", header(`t=${NOW},v1=${signature}=00`), FIRST_OF_SEVERAL),
  reject("two-times", header(`t=${NOW - 3600},t=${NOW},v1=${signature}`), {
    sdkAccepts: true,
    note: "The SDK takes the last of several times; which of them was meant is not ours to guess.",
  }),
  reject("repeated-header-that-differs", {
    ...genuine,
    headers: [...genuine.headers, ["Stripe-Signature", `t=${NOW},v1=${zeros}`]],
  }, { sdkAccepts: true, note: "Joined by Node, the second line hides behind a space; lines that differ are refused." }),
  reject("body-not-utf8-decoded-leniently", { ...deliver({ body: REPLACED }), body: NOT_UTF8 }, {
    sdkAccepts: true,
    note: "Signed was the text with U+FFFD; other bytes that decode to the same text are not what was signed.",
  }),
  ...misspelled(
    ({ sent, signed }) => header(`t=${sent},v1=${hmacSha256(CURRENT.value, `${signed}.`, EVENT).toString("hex")}`),
    { laxAsNumber: ["plus-sign", "leading-zero", "trailing-letters", "fraction", "exponent"] },
  ),
];
