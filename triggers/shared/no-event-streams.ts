// In place of the SDK's event streams, in bundles only (scripts/build/bundle-function.ts): no call of a function streams events. The SDK
// loads them by a dynamic import, so that esbuild keeps everything that they share with the rest apart, in 180 modules of
// their own, which takes a tenth of an import.

const none = (): never => {
  throw new Error("functions make no calls that stream events");
};

/** S3's client asks for it when it is made; only a call with a stream uses it. */
export const eventStreamSerdeProvider = (): object => ({ serialize: none, deserialize: none });

/** Leaves the settings of S3's client as they are. */
export const resolveEventStreamSerdeConfig = <Settings>(settings: Settings): Settings => settings;

/** What a call with a stream would make. */
export class EventStreamSerde {
  constructor() {
    none();
  }
}
