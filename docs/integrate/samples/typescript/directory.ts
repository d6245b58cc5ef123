// A directory that is connected: pushes its catalogue, keeps a copy of the others', receives webhooks.
//
//   node dist/directory.js push catalogue.json   what you hold: {"organisations": […], "offers": […], "needs": […], "deletions": […]}
//   node dist/directory.js follow copy.json      loads a copy the first time, then what changed since; `--wait` stays and listens
//   node dist/directory.js receive 9000          listens for webhooks' messages on a port, and says which are genuine
//
// Settings: CHANTIERS_SITE, CHANTIERS_CLIENT, CHANTIERS_SECRET; to push also CHANTIERS_SOURCE; to receive CHANTIERS_WEBHOOK_SECRET.
// `npm ci && npm run build`; Node 18 or newer, nothing else at run time.

import { createHmac, randomUUID, timingSafeEqual } from "node:crypto";
import { open, readFile, rename } from "node:fs/promises";
import { createServer, type IncomingHttpHeaders } from "node:http";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";

// A request holds at most so many rows.
const ROWS = 1000;
// What is loaded and followed, organisations first: the cursor of the first file is good for all three.
const KINDS = { organisations: "ORGANISATION", offers: "OFFER", needs: "NEED" } as const;

type Row = Record<string, unknown>;
type Catalogue = { organisations?: Row[]; offers?: Row[]; needs?: Row[]; deletions?: Row[] };
type RowAnswer = {
  recordType: string;
  externalId?: string;
  outcome: string;
  errors: { code: string; field: string; message: string }[];
};
type Kept = Row & { id: string; revision: number };
type Change = { kind: string; recordId: string; record?: Kept | null; into?: string[] | null };
type Page = { nodes: Change[]; cursor: string; hasMore: boolean };

function setting(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
}

const pause = (seconds: number) => new Promise((done) => setTimeout(done, seconds * 1000));

/** The server said no, and trying again would not help. */
class Refused extends Error {
  readonly code: string;
  constructor(status: number, problem: { code?: string; error?: string; title?: string; detail?: string | null }) {
    super(`${status} ${problem.code ?? problem.error ?? ""}: ${problem.detail ?? problem.title ?? ""}`);
    this.code = problem.code ?? "";
  }
}

/** Requests with a token that is renewed in time, tried again where that can help. */
class Site {
  private readonly address = setting("CHANTIERS_SITE").replace(/\/$/, "");
  private token = "";
  private goodUntil = 0;

  private async authorization(): Promise<Record<string, string>> {
    if (Date.now() > this.goodUntil - 60_000) {
      const body = new URLSearchParams({
        grant_type: "client_credentials",
        client_id: setting("CHANTIERS_CLIENT"),
        client_secret: setting("CHANTIERS_SECRET"),
      });
      const answer = await this.send("/oauth/token", { method: "POST", body });
      const told = (await answer.json()) as { access_token: string; expires_in: number };
      this.token = told.access_token;
      this.goodUntil = Date.now() + told.expires_in * 1000;
    }
    return { Authorization: `Bearer ${this.token}` };
  }

  /** A token that was withdrawn is asked for once more. */
  async request(path: string, init: RequestInit & { headers?: Record<string, string> } = {}): Promise<Response> {
    const once = async () => this.send(path, { ...init, headers: { ...init.headers, ...(await this.authorization()) } });
    try {
      return await once();
    } catch (error) {
      if (!(error instanceof Refused) || error.code !== "UNAUTHENTICATED") throw error;
      this.goodUntil = 0;
      return once();
    }
  }

  /** Busy, restarting and unreachable servers are asked again, later each time, or when they say. */
  private async send(path: string, init: RequestInit): Promise<Response> {
    for (let attempt = 0; attempt < 8; attempt++) {
      let wait = Math.min(60, 2 ** attempt) * (0.5 + Math.random() / 2);
      let answer: Response | undefined;
      try {
        answer = await fetch(this.address + path, init);
      } catch {
        // Nobody answered: again, later.
      }
      if (answer?.ok) return answer;
      if (answer && ![429, 502, 503, 504].includes(answer.status)) {
        const problem = (await answer.json().catch(() => ({}))) as ConstructorParameters<typeof Refused>[1];
        throw new Refused(answer.status, problem);
      }
      wait = Number(answer?.headers.get("retry-after") ?? wait);
      await pause(wait);
    }
    throw new Error(`${this.address} does not answer`);
  }
}

async function push(site: Site, path: string): Promise<number> {
  const catalogue = JSON.parse(await readFile(path, "utf8")) as Catalogue;
  // Organisations come before the offers and needs that name them, deletions last.
  const kinds = ["organisations", "offers", "needs", "deletions"] as const;
  const rows = kinds.flatMap((kind) => (catalogue[kind] ?? []).map((row) => ({ kind, row })));
  const source = setting("CHANTIERS_SOURCE");
  const run = randomUUID();
  const counts: Record<string, number> = {};
  let refused = 0;
  for (let start = 0; start < rows.length; start += ROWS) {
    const part: Catalogue = {};
    for (const { kind, row } of rows.slice(start, start + ROWS)) (part[kind] ??= []).push(row);
    // The key stays the same however often this part is sent, so that it is done once.
    const headers = { "Content-Type": "application/json", "Idempotency-Key": `${run}/${start}`, "Accept-Language": "fr" };
    const init = { method: "POST", headers, body: JSON.stringify(part) };
    const answer = await site.request(`/v1/sources/${encodeURIComponent(source)}/records`, init);
    for (const row of ((await answer.json()) as { rows: RowAnswer[] }).rows) {
      counts[row.outcome] = (counts[row.outcome] ?? 0) + 1;
      for (const error of row.errors) {
        refused += 1;
        console.error(`${row.recordType} ${row.externalId}: ${error.field}: ${error.message}`);
      }
    }
  }
  console.log(JSON.stringify(counts));
  return refused ? 1 : 0;
}

/**
 * What the others hold, with the place in the feed that it stands at, in one file that is replaced in one step.
 * With a database it is the same: the records and the cursor in one transaction.
 */
class Copy {
  private cursor = "";
  private records = new Map<string, Kept>();
  /** Into which record one went that two directories had both brought. */
  private became = new Map<string, string>();

  private constructor(private readonly path: string) {}

  /** The copy as it was kept; loaded where there is none yet. */
  static async open(path: string, site: Site): Promise<Copy> {
    const copy = new Copy(path);
    const text = await readFile(path, "utf8").catch(() => undefined);
    if (text === undefined) {
      await copy.load(site);
    } else {
      const kept = JSON.parse(text) as { cursor: string; records: Record<string, Kept>; became: Record<string, string> };
      copy.cursor = kept.cursor;
      copy.records = new Map(Object.entries(kept.records));
      copy.became = new Map(Object.entries(kept.became));
    }
    return copy;
  }

  get size(): number {
    return this.records.size;
  }

  private async keep(): Promise<void> {
    const file = await open(`${this.path}.new`, "w");
    const kept = { cursor: this.cursor, records: Object.fromEntries(this.records), became: Object.fromEntries(this.became) };
    await file.writeFile(JSON.stringify(kept));
    await file.sync();
    await file.close();
    await rename(`${this.path}.new`, this.path);
  }

  /** An older revision than ours is nothing new; an identifier with a record means itself. */
  private put(record: Kept): void {
    const known = this.records.get(record.id);
    if (!known || known.revision < record.revision) this.records.set(record.id, record);
    this.became.delete(record.id);
  }

  private apply({ kind, recordId, record, into }: Change): void {
    if (record) this.put(record);
    else if (["DELETE", "VISIBILITY_LOST", "MERGE"].includes(kind)) this.records.delete(recordId);
    // Whatever of yours names the one that went names the other from now on.
    const [other] = into ?? [];
    if (kind === "MERGE" && other) this.became.set(recordId, other);
    else if (kind === "SPLIT" && other) this.became.delete(other);
    // Kinds that you do not know are passed over.
  }

  /** Everything, from the files; the first file's cursor was taken before any of them was read. */
  async load(site: Site): Promise<void> {
    this.cursor = "";
    this.records.clear();
    this.became.clear();
    for (const what of Object.keys(KINDS)) {
      let complete = false;
      const answer = await site.request(`/v1/exports/${what}.jsonl`);
      if (!answer.body) throw new Error(`the file of ${what} is empty`);
      for await (const line of createInterface({ input: Readable.fromWeb(answer.body as never) })) {
        const record = JSON.parse(line) as Kept | { feedCursor: string };
        if ("feedCursor" in record) {
          this.cursor ||= record.feedCursor as string;
          complete = true;
        } else {
          this.put(record);
        }
      }
      if (!complete) throw new Error(`the file of ${what} broke off: run this again`);
    }
    await this.keep();
  }

  /** Applies what changed; ends when nothing more is known (or, with `wait`, never). */
  async follow(site: Site, wait: boolean): Promise<void> {
    for (;;) {
      const query = new URLSearchParams({ types: Object.values(KINDS).join(","), after: this.cursor, first: "500" });
      if (wait) query.set("waitSeconds", "60");
      const page = (await (await site.request(`/v1/changes?${query}`)).json()) as Page;
      for (const change of page.nodes) this.apply(change);
      this.cursor = page.cursor;
      await this.keep();
      if (!page.hasMore && !wait) return;
    }
  }
}

async function follow(site: Site, path: string, wait: boolean): Promise<number> {
  const copy = await Copy.open(path, site);
  for (;;) {
    try {
      await copy.follow(site, wait);
      break;
    } catch (error) {
      // Away for longer than the feed is kept, or the server went back to a backup: begin anew.
      if (!(error instanceof Refused) || error.code !== "CURSOR_EXPIRED") throw error;
      await copy.load(site);
    }
  }
  console.log(JSON.stringify({ records: copy.size }));
  return 0;
}

/** Whether a message was signed with our secret, and not long ago. */
function genuine(secret: string, headers: IncomingHttpHeaders, body: Buffer): boolean {
  const [id, timestamp] = [headers["webhook-id"], headers["webhook-timestamp"]];
  if (!(Math.abs(Date.now() / 1000 - Number(timestamp)) <= 300)) return false;
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  const right = createHmac("sha256", key).update(`${id}.${timestamp}.`).update(body).digest();
  return String(headers["webhook-signature"])
    .split(" ")
    .map((part) => part.split(","))
    .some(([version, signature]) => {
      const told = Buffer.from(signature ?? "", "base64");
      return version === "v1" && told.length === right.length && timingSafeEqual(told, right);
    });
}

async function receive(port: number): Promise<never> {
  const secret = setting("CHANTIERS_WEBHOOK_SECRET");
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const body = Buffer.concat(parts);
    const good = genuine(secret, request.headers, body);
    response.writeHead(good ? 204 : 400).end();
    if (good) {
      // A hint, no more: now run `follow`. The same `webhook-id` may come again.
      const message = JSON.parse(body.toString()) as { type: string; data: { recordId?: string } };
      console.log(message.type, message.data.recordId ?? "");
    }
  });
  server.listen(port, "127.0.0.1");
  return new Promise(() => {});
}

async function main([verb, what, ...rest]: string[]): Promise<number> {
  if (verb === "push" && what) return push(new Site(), what);
  if (verb === "follow" && what) return follow(new Site(), what, rest.includes("--wait"));
  if (verb === "receive" && what) return receive(Number(what));
  console.error("directory.js push catalogue.json | follow copy.json [--wait] | receive PORT");
  return 2;
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  },
);
