// oidc-provider as its documentation sets it up for FAPI 2.0: everything in memory, opaque tokens.
//
//   node server.mjs PORT CLIENT_JSON
//
// CLIENT_JSON is the one client, with its public keys.

import { generateKeyPairSync } from 'node:crypto';
import Provider from 'oidc-provider';

// In memory, like the adapter that comes along, which however forgets all but the last thousand things.
const kept = new Map();
const ofGrant = new Map();

class Memory {
  constructor(model) {
    this.model = model;
  }

  key(id) {
    return `${this.model}:${id}`;
  }

  async upsert(id, payload) {
    const key = this.key(id);
    kept.set(key, payload);
    if (payload.grantId && this.model !== 'Session') {
      ofGrant.set(payload.grantId, [...(ofGrant.get(payload.grantId) ?? []).slice(-8), key]);
    }
    if (payload.uid) kept.set(`uid:${this.model}:${payload.uid}`, id);
  }

  async find(id) {
    return kept.get(this.key(id));
  }

  async findByUid(uid) {
    return this.find(kept.get(`uid:${this.model}:${uid}`));
  }

  async findByUserCode() {
    return undefined;
  }

  async consume(id) {
    kept.get(this.key(id)).consumed = Math.floor(Date.now() / 1000);
  }

  async destroy(id) {
    kept.delete(this.key(id));
  }

  async revokeByGrantId(grantId) {
    for (const key of ofGrant.get(grantId) ?? []) kept.delete(key);
    ofGrant.delete(grantId);
  }
}

const [port, client] = process.argv.slice(2);
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const key = { ...privateKey.export({ format: 'jwk' }), alg: 'ES256', use: 'sig', kid: 'server' };

const provider = new Provider(`http://localhost:${port}`, {
  adapter: Memory,
  clients: [JSON.parse(client)],
  jwks: { keys: [key] },
  claims: { openid: ['sub'], profile: ['name', 'updated_at'] },
  scopes: ['openid', 'offline_access', 'profile'],
  cookies: { keys: ['a key for the cookies of one run'] },
  clientAuthMethods: ['private_key_jwt'],
  enabledJWA: {
    idTokenSigningAlgValues: ['ES256'],
    clientAuthSigningAlgValues: ['ES256'],
    dPoPSigningAlgValues: ['ES256'],
  },
  features: {
    devInteractions: { enabled: true },
    clientCredentials: { enabled: true },
    introspection: { enabled: true, allowedPolicy: () => true },
    dPoP: { enabled: true },
    pushedAuthorizationRequests: { enabled: true },
  },
  findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ sub, name: 'CHAN Tai Man', updated_at: 1 }) }),
});

provider.listen(Number(port), '127.0.0.1');
