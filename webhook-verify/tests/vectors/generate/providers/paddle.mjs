// https://developer.paddle.com/webhooks/about/signature-verification

import { Paddle } from "@paddle/paddle-node-sdk";

import { accept } from "../delivery.mjs";
import { casesOf, deliver, seconds, stamped } from "../schemes.mjs";
import { BOUNDED_IN_THE_PAST, DECODED_LENIENTLY, passes } from "../verdict.mjs";

export const provider = "paddle";
export const sdk = "@paddle/paddle-node-sdk";

const client = new Paddle("none is needed to verify");

export function accepts({ secret, headers, body }) {
  return passes(() => client.webhooks.isSignatureValid(body.toString(), secret, headers["paddle-signature"]));
}

const scheme = stamped(provider, "Paddle-Signature", ["ts", "h1", ";"], ":", seconds);
const genuine = deliver(scheme);
const [[name, ours]] = genuine.headers;
const [[, theirs]] = deliver(scheme, undefined, { secret: scheme.form.secrets[1] }).headers;
const alone = (header) => header.split(";").at(-1);

export const cases = casesOf(scheme, {
  more: [
    accept("two signatures and ours is the first", { ...genuine, headers: [[name, `${ours};${alone(theirs)}`]] }),
    accept("two signatures and ours is the last", { ...genuine, headers: [[name, `${theirs};${alone(ours)}`]] }),
  ],
  differing: {
    ...DECODED_LENIENTLY, ...BOUNDED_IN_THE_PAST,
    "The SDK lets a delivery be five seconds old, which one that is sent again may well be.": ["as old as may be"],
    "The SDK keeps the last of several signatures only, which breaks when a secret is replaced.": ["two signatures and ours is the first"],
  },
});
