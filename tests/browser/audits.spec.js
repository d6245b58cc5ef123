// GraphQL over HTTP, as its draft has it: the audits that the `graphql-http` package publishes, against our server. None of
// a MUST may fail; of a SHOULD only those for which a reason stands here.
import { expect, test } from "@playwright/test";
import { serverAudits } from "graphql-http";

// By the audit's name: why we do otherwise.
const OTHERWISE = {};

const audits = serverAudits({ url: `http://127.0.0.1:${process.env.CHANTIERS_BROWSER_PORT}/graphql`, fetchFn: fetch });

for (const audit of audits) {
  test(`${audit.id} ${audit.name}`, async () => {
    const result = await audit.fn();
    if (OTHERWISE[audit.name]) {
      expect(result.status, `${audit.name} holds now: take its reason away`).not.toBe("ok");
      return;
    }
    expect(result.status, result.reason).toBe("ok");
  });
}
