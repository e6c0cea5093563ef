// Where the provider keeps its sessions, codes and grants: in memory, apart for every provider.
import type { Adapter, AdapterFactory, AdapterPayload } from "oidc-provider";

type Entry = { payload: AdapterPayload; expiresAtMs: number };

/** Makes the stores of one provider, one for each kind of thing. */
export function memoryAdapter(): AdapterFactory {
  const kept = new Map<string, Entry>();
  return (kind) => storeOf(kept, kind);
}

function storeOf(kept: Map<string, Entry>, kind: string): Adapter {
  const key = (id: string) => `${kind}:${id}`;
  const read = (matches: (key: string, payload: AdapterPayload) => boolean): AdapterPayload | undefined => {
    for (const [name, { payload, expiresAtMs }] of kept) {
      if (expiresAtMs <= Date.now()) kept.delete(name);
      else if (name.startsWith(`${kind}:`) && matches(name, payload)) return payload;
    }
    return undefined;
  };
  return {
    upsert: async (id, payload, expiresIn = 0) => {
      const expiresAtMs = expiresIn > 0 ? Date.now() + expiresIn * 1000 : Number.POSITIVE_INFINITY;
      kept.set(key(id), { payload, expiresAtMs });
    },
    find: async (id) => read((name) => name === key(id)),
    findByUid: async (uid) => read((_, payload) => payload.uid === uid),
    findByUserCode: async (userCode) => read((_, payload) => payload.userCode === userCode),
    consume: async (id) => {
      const entry = kept.get(key(id));
      if (entry !== undefined) entry.payload.consumed = Math.floor(Date.now() / 1000);
    },
    destroy: async (id) => void kept.delete(key(id)),
    revokeByGrantId: async (grantId) => {
      for (const [name, { payload }] of kept) if (payload.grantId === grantId) kept.delete(name);
    },
  };
}
