// What an SDK says of a delivery, whether it answers or throws.

// Every error is a refusal: that the SDK is called as it is meant to be is shown by the deliveries it accepts.
// `verified` tells those that come only once the signature has passed, as from reading the body.
export async function passes(verify, verified = () => false) {
  try {
    return (await verify()) !== false;
  } catch (error) {
    return verified(error);
  }
}

// Reasons for which we judge otherwise than several SDKs.
export const LENIENT_TEXT = "The bytes are what is signed; the SDK decodes them leniently first.";
export const LENIENT_TEXT_SIGNED = "Signed was the text with U+FFFD; other bytes that decode to the same text are not what was signed.";
export const PAST_ONLY = "The SDK looks at the past only; a delivery from the future would stay replayable until then.";
export const NO_WINDOW = "The SDK does not compare the time with the clock.";
export const WIDER_FUTURE = "The SDK lets the sender's clock be ahead by as much as a delivery may be old; a minute is enough.";
export const EMPTY_REFUSED = "The signature is right; the SDK wants a body with something in it.";
export const WRITTEN_ANEW = "The SDK parses the body and signs what it writes anew; these bytes are not the ones that were signed.";
export const ANY_LABEL = "The SDK does not look at the label; a signature of another kind is not ours to judge.";

// The cases of `schemes.mjs` on which an SDK differs that works on text.
export const DECODED_LENIENTLY = {
  [LENIENT_TEXT]: ["a body that is not UTF-8"],
  [LENIENT_TEXT_SIGNED]: ["a body that decodes leniently to the one signed"],
};
// Those on which one differs that bounds the past only, or does not look at the clock.
export const BOUNDED_IN_THE_PAST = { [PAST_ONLY]: ["a second too far ahead", "ten years ahead"] };
export const UNBOUNDED = { [NO_WINDOW]: ["a second too old", "a year old", "a second too far ahead", "ten years ahead"] };
export const BOUNDED_WIDER = { [WIDER_FUTURE]: ["a second too far ahead"] };
