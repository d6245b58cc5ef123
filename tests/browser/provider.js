// A small OpenID Connect provider for the journeys: a page on which somebody signs in, codes with PKCE that are good once, ID
// tokens signed with RS256.
import { createHash, createSign, generateKeyPairSync, randomUUID } from "node:crypto";
import { createServer } from "node:http";

const port = Number(process.env.CHANTIERS_BROWSER_PROVIDER_PORT);
const issuer = `http://127.0.0.1:${port}`;
const encode = (value) => Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");

/** Opens it; `people` are those who have an account there: subject, email, verified. */
export async function provider(people) {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const codes = new Map();
  const idToken = ({ person, nonce }) => {
    const now = Math.floor(Date.now() / 1000);
    const claims = {
      iss: issuer, aud: "chantiers", sub: person.subject, email: person.email, email_verified: person.verified,
      nonce, iat: now, exp: now + 300,
    };
    const signed = `${encode({ alg: "RS256", kid: "r1" })}.${encode(claims)}`;
    return `${signed}.${createSign("RSA-SHA256").update(signed).sign(privateKey).toString("base64url")}`;
  };
  const json = (response, status, value) => {
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
  };
  const routes = {
    "/.well-known/openid-configuration": ({ response }) => json(response, 200, {
      issuer, authorization_endpoint: `${issuer}/authorize`, token_endpoint: `${issuer}/token`, jwks_uri: `${issuer}/keys`,
      response_types_supported: ["code"], subject_types_supported: ["public"], id_token_signing_alg_values_supported: ["RS256"],
    }),
    "/keys": ({ response }) => {
      json(response, 200, { keys: [{ ...publicKey.export({ format: "jwk" }), kid: "r1", alg: "RS256", use: "sig" }] });
    },
    // A page with a button for everybody who could sign in, and one for who would rather not.
    "/authorize": ({ response, query }) => {
      const links = [...people.keys(), "non"].map((who) => {
        const next = new URLSearchParams([...query, ["who", String(who)]]);
        return `<a href="/grant?${next}">${who === "non" ? "Refuser" : `Entrer comme ${people[who].email}`}</a>`;
      });
      response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(`<!doctype html><title>La Région</title>${links.join("<br>")}`);
    },
    "/grant": ({ response, query }) => {
      const back = new URL(query.get("redirect_uri"));
      const person = people[Number(query.get("who"))];
      if (person) {
        const code = randomUUID();
        codes.set(code, { person, nonce: query.get("nonce"), challenge: query.get("code_challenge") });
        back.searchParams.set("code", code);
      } else {
        back.searchParams.set("error", "access_denied");
      }
      back.searchParams.set("state", query.get("state"));
      response.writeHead(303, { location: back.href }).end();
    },
    "/token": async ({ request, response }) => {
      let body = "";
      for await (const chunk of request) body += chunk;
      const asked = new URLSearchParams(body);
      const granted = codes.get(asked.get("code"));
      codes.delete(asked.get("code"));
      const proven = createHash("sha256").update(asked.get("code_verifier") ?? "").digest("base64url");
      if (!granted || granted.challenge !== proven) {
        json(response, 400, { error: "invalid_grant" });
      } else {
        json(response, 200, { access_token: "rien", token_type: "Bearer", expires_in: 60, id_token: idToken(granted) });
      }
    },
  };
  const server = createServer((request, response) => {
    const { pathname, searchParams: query } = new URL(request.url, issuer);
    const route = routes[pathname];
    if (route) route({ request, response, query });
    else response.writeHead(404).end();
  });
  await new Promise((done) => { server.listen(port, "127.0.0.1", done); });
  return async () => {
    server.closeAllConnections();
    await new Promise((done) => { server.close(done); });
  };
}
