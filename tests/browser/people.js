// The people of the journeys: signing in on the page, asking the API as one of them, and accounts made for a test.
export const administrator = {
  email: process.env.CHANTIERS_ADMIN_EMAIL,
  password: process.env.CHANTIERS_ADMIN_PASSWORD,
};

export async function signIn(page, to = "/ma-semaine", { email, password } = administrator) {
  await page.goto(`/connexion?vers=${encodeURIComponent(to)}`);
  await page.getByLabel("Adresse électronique").fill(email);
  await page.getByLabel("Mot de passe").fill(password);
  await page.keyboard.press("Enter");
  await page.waitForURL((url) => url.pathname === new URL(to, url).pathname);
}

/** What the API answers to a person; a visitor where none is given. */
export async function asking(request, person) {
  const headers = {};
  if (person) {
    const { email, password } = person;
    const session = await (await request.post("/v1/session", { data: { email, password } })).json();
    headers.authorization = `Bearer ${session.accessToken}`;
  }
  return async (query, variables = {}) => {
    const { data, errors } = await (await request.post("/graphql", { data: { query, variables }, headers })).json();
    if (errors) throw new Error(JSON.stringify(errors));
    return data;
  };
}

let made = 0;

/** An account that was invited and has chosen its password; of an organisation where one is given. */
export async function account(request, role, name, organisationId) {
  const ask = await asking(request, administrator);
  made += 1;
  const email = `${role.toLowerCase()}.${process.pid}.${Date.now()}.${made}@exemple.be`;
  const { personInvite } = await ask(
    "mutation($input: NewPerson!) { personInvite(input: $input) { person { id } invitation { path } userErrors { message } } }",
    { input: { name, email, role, organisationId } },
  );
  const token = personInvite.invitation.path.split("/").pop();
  const password = "une ceinture verte";
  await request.post(`/v1/invitations/${token}`, { data: { password } });
  return { id: personInvite.person.id, name, email, password };
}

/** A project of this test's own, with whom it belongs to. */
export async function project(request, title, member) {
  const ask = await asking(request, administrator);
  const { projectCreate } = await ask(
    "mutation($input: NewProject!) { projectCreate(input: $input) { project { id revision } userErrors { message } } }",
    { input: { title, summary: "Un essai." } },
  );
  if (member) {
    await ask(
      "mutation($input: NewMembership!) { membershipCreate(input: $input) { userErrors { message } } }",
      { input: { projectId: projectCreate.project.id, personId: member.id, role: "LEAD" } },
    );
  }
  return { title, path: `/projets/${projectCreate.project.id}`, ...projectCreate.project };
}
