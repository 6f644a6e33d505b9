/** Replaces mediasoup-client's handler for React Native in the build, which runs in browsers only. */
export const ReactNative106 = undefined;
