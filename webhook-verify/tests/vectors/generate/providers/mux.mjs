// https://www.mux.com/docs/core/verify-webhook-signatures

import Mux from "@mux/mux-node";

import { accept } from "../delivery.mjs";
import { casesOf, deliver, seconds, stamped } from "../schemes.mjs";
import { BOUNDED_IN_THE_PAST, DECODED_LENIENTLY, passes } from "../verdict.mjs";

export const provider = "mux";
export const sdk = "@mux/mux-node";

const client = new Mux({ tokenId: "none is needed", tokenSecret: "to verify" });

export function accepts({ secret, headers, body }) {
  return passes(() => client.webhooks.verifySignature(body.toString(), headers, secret));
}

const scheme = stamped(provider, "Mux-Signature", ["t", "v1", ","], ".", seconds);
const genuine = deliver(scheme);
const [[name, ours]] = genuine.headers;
const [[, theirs]] = deliver(scheme, undefined, { secret: scheme.form.secrets[1] }).headers;
const alone = (header) => header.split(",").at(-1);

export const cases = casesOf(scheme, {
  more: [
    accept("two signatures and ours is the first", { ...genuine, headers: [[name, `${ours},${alone(theirs)}`]] }),
    accept("two signatures and ours is the last", { ...genuine, headers: [[name, `${theirs},${alone(ours)}`]] }),
  ],
  differing: { ...DECODED_LENIENTLY, ...BOUNDED_IN_THE_PAST },
});
