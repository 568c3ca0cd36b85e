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
export const TEXT_COMPARED = "Hex means the same in either case; the SDK compares the text.";
export const EMPTY_REFUSED = "The signature is right; the SDK refuses an empty body before it looks.";
export const WIDER_FUTURE = "The SDK lets the sender's clock be as far ahead as a delivery may be old; a minute is enough.";
