//! The grid of who may do what, written anew and compared; and what the policy promises beside it.

use std::fmt::Write as _;

use uuid::Uuid;

use super::*;

const OWN: Uuid = Uuid::from_u128(1);
const OTHER: Uuid = Uuid::from_u128(2);

fn person(role: Role) -> Actor {
    Actor::Person(Signed {
        id: PersonId(OWN),
        role,
        organisation: Some(OrganisationId(OWN)),
        projects: vec![ProjectId(OWN)],
        councils: vec![CouncilId(OWN)],
        seats: vec![SeatId(OWN)],
    })
}

fn client() -> Actor {
    Actor::Client(Client {
        id: OWN,
        organisation: Some(OrganisationId(OWN)),
        sources: vec![SourceId(OWN)],
        scopes: Scope::ALL.to_vec(),
        territories: Vec::new(),
        projects: vec![ProjectId(OWN)],
        councils: vec![CouncilId(OWN)],
        documents_only: false,
    })
}

/// The same with one scope only.
fn client_with(scope: Scope) -> Actor {
    let mut actor = client();
    if let Actor::Client(client) = &mut actor {
        client.scopes = vec![scope];
    }
    actor
}

#[test]
fn each_scope_opens_something_and_closes_what_the_others_open() {
    // What every machine may, whatever its scopes, as to look at itself, is no scope's doing.
    let mut without = client();
    if let Actor::Client(client) = &mut without {
        client.scopes.clear();
    }
    let opened = |actor: &Actor| -> Vec<String> {
        let open = actions().into_iter();
        open.filter(|(_, action)| allows(actor, *action) && !allows(&without, *action))
            .map(|(name, _)| name)
            .collect()
    };
    assert_eq!(
        opened(&client_with(Scope::ExchangeRead)),
        ["read runs (own)", "read webhooks (own)"]
    );
    assert_eq!(
        opened(&client_with(Scope::ExchangeWrite)),
        [
            "push (own)",
            "read runs (own)",
            "read webhooks (own)",
            "keep webhooks (own)"
        ]
    );
    assert_eq!(
        opened(&client_with(Scope::ChantiersWrite)),
        ["edit resource of project (own)", "edit participation (own)"]
    );
    assert_eq!(opened(&client_with(Scope::ProjectsWrite)), ["edit project (own)"]);
    let councils = opened(&client_with(Scope::CouncilsWrite));
    assert!(councils.contains(&"edit council (own)".to_owned()));
    assert!(
        !councils
            .iter()
            .any(|name| name.contains("sits") || name.contains("secret"))
    );
    let reads = opened(&client_with(Scope::ExpertiseRead));
    let writes = opened(&client_with(Scope::ExpertiseWrite));
    assert!(
        !reads.is_empty() && reads.iter().all(|name| name.starts_with("read")),
        "{reads:?}"
    );
    assert!(writes.contains(&"edit expertise (own)".to_owned()));
    for scope in Scope::ALL {
        let opened = opened(&client_with(*scope));
        assert!(
            !opened.is_empty() && opened.iter().all(|name| name.contains("own")),
            "{scope}: {opened:?}"
        );
    }
}

/// Every action, once with what is the actor's own and once with what is another's.
fn actions() -> Vec<(String, Action)> {
    let mut all = vec![
        ("edit territory".to_owned(), Action::EditTerritory),
        ("keep organisations".to_owned(), Action::KeepOrganisations),
        ("read contacts".to_owned(), Action::ReadContacts),
        ("edit chantier".to_owned(), Action::EditChantier),
        ("edit step".to_owned(), Action::EditStep),
        (
            "edit resource of a chantier".to_owned(),
            Action::EditResource { project: None },
        ),
        (
            "edit provenance elsewhere".to_owned(),
            Action::EditProvenance { project: None },
        ),
        ("keep projects".to_owned(), Action::KeepProjects),
        ("read persons".to_owned(), Action::ReadPersons),
        ("manage accounts".to_owned(), Action::ManageAccounts),
        ("read mails".to_owned(), Action::ReadMails),
        ("read security log".to_owned(), Action::ReadSecurityLog),
        ("read names".to_owned(), Action::ReadNames),
        ("keep sources".to_owned(), Action::KeepSources),
        ("manage clients".to_owned(), Action::ManageClients),
        ("read desks".to_owned(), Action::ReadDesks),
        ("keep portfolios".to_owned(), Action::KeepPortfolios),
        (
            "ask an officer for oneself".to_owned(),
            Action::AskOfficer {
                project: None,
                organisation: None,
            },
        ),
        ("answer requests".to_owned(), Action::AnswerRequests),
        ("keep councils".to_owned(), Action::KeepCouncils),
        (
            "edit shared item of no council".to_owned(),
            Action::EditSharedItem { proposer: None },
        ),
        ("read funnel of introductions".to_owned(), Action::ReadFunnel),
        ("match expertise anew".to_owned(), Action::MatchAnew),
        (
            "keep session of encounter".to_owned(),
            Action::KeepExpertiseSession,
        ),
        (
            "read session of encounter (invited)".to_owned(),
            Action::ReadExpertiseSession { invited: true },
        ),
        (
            "read session of encounter (not invited)".to_owned(),
            Action::ReadExpertiseSession { invited: false },
        ),
    ];
    for (whose, uuid) in [("own", OWN), ("other", OTHER)] {
        let (project, organisation, author) = (ProjectId(uuid), OrganisationId(uuid), PersonId(uuid));
        let (source, operator) = (SourceId(uuid), Some(organisation));
        let (council, seat) = (CouncilId(uuid), SeatId(uuid));
        let (elsewhere, other_seat) = (CouncilId(OTHER), SeatId(OTHER));
        all.extend([
            (format!("edit council ({whose})"), Action::EditCouncil { council }),
            (
                format!("edit actions of council ({whose})"),
                Action::EditCouncilActions {
                    council: Some(council),
                },
            ),
            (
                format!("edit who sits in council ({whose})"),
                Action::EditSeatHolders {
                    council: Some(council),
                },
            ),
            (
                format!("read who sits in council ({whose})"),
                Action::ReadSeatHolders {
                    council: Some(council),
                    seat: other_seat,
                },
            ),
            (
                format!("read who sits on seat ({whose})"),
                Action::ReadSeatHolders {
                    council: Some(elsewhere),
                    seat,
                },
            ),
            (
                format!("cast secret ballot in council ({whose})"),
                Action::CastBallot {
                    council,
                    seat: other_seat,
                    is_secret: true,
                },
            ),
            (
                format!("cast open ballot in council ({whose})"),
                Action::CastBallot {
                    council,
                    seat: other_seat,
                    is_secret: false,
                },
            ),
            (
                format!("cast secret ballot of seat ({whose})"),
                Action::CastBallot {
                    council: elsewhere,
                    seat,
                    is_secret: true,
                },
            ),
            (
                format!("edit shared item of council ({whose})"),
                Action::EditSharedItem {
                    proposer: Some(council),
                },
            ),
        ]);
        all.extend([
            (format!("edit source ({whose})"), Action::EditSource { operator }),
            (format!("push ({whose})"), Action::Push { source, operator }),
            (
                format!("read runs ({whose})"),
                Action::ReadRuns { source, operator },
            ),
            (
                format!("read webhooks ({whose})"),
                Action::ReadWebhooks { organisation },
            ),
            (
                format!("keep webhooks ({whose})"),
                Action::KeepWebhooks { organisation },
            ),
            (
                format!("read client ({whose})"),
                Action::ReadClient {
                    client: uuid,
                    organisation: operator,
                },
            ),
            (
                format!("keep secrets of client ({whose})"),
                Action::KeepClientSecrets {
                    organisation: operator,
                },
            ),
            (
                format!("edit offer or need ({whose})"),
                Action::EditExchange { organisation },
            ),
            (
                format!("keep outcome as buyer ({whose})"),
                Action::KeepOutcome {
                    buyer: operator,
                    supplier: None,
                },
            ),
            (
                format!("keep outcome as supplier ({whose})"),
                Action::KeepOutcome {
                    buyer: None,
                    supplier: operator,
                },
            ),
            (
                format!("keep saved search ({whose})"),
                Action::KeepSearch { person: Some(author) },
            ),
            (
                format!("undo change of outcome ({whose})"),
                Action::UndoChange {
                    of: RecordType::Outcome,
                    by: Some(author),
                },
            ),
            (
                format!("edit organisation ({whose})"),
                Action::EditOrganisation { organisation },
            ),
            (
                format!("edit contact of organisation ({whose})"),
                Action::EditContact {
                    organisation: Some(organisation),
                    project: None,
                },
            ),
            (
                format!("edit contact of project ({whose})"),
                Action::EditContact {
                    organisation: None,
                    project: Some(project),
                },
            ),
            (
                format!("edit resource of project ({whose})"),
                Action::EditResource {
                    project: Some(project),
                },
            ),
            (
                format!("edit participation ({whose})"),
                Action::EditParticipation { project },
            ),
            (format!("edit project ({whose})"), Action::EditProject { project }),
            (
                format!("keep absence ({whose})"),
                Action::KeepAbsence { person: author },
            ),
            (
                format!("ask an officer for a project ({whose})"),
                Action::AskOfficer {
                    project: Some(project),
                    organisation: None,
                },
            ),
            (
                format!("ask for an organisation ({whose})"),
                Action::AskOfficer {
                    project: None,
                    organisation: Some(OrganisationId(uuid)),
                },
            ),
            (
                format!("follow request ({whose})"),
                Action::FollowRequest {
                    asker: author,
                    project: None,
                },
            ),
            (
                format!("follow request of project ({whose})"),
                Action::FollowRequest {
                    asker: PersonId(OTHER),
                    project: Some(project),
                },
            ),
            (
                format!("edit request ({whose})"),
                Action::EditRequest { asker: author },
            ),
            (format!("edit message ({whose})"), Action::EditMessage { author }),
            (format!("move project ({whose})"), Action::MoveProject { project }),
            (format!("read members ({whose})"), Action::ReadMembers { project }),
            (format!("edit members ({whose})"), Action::EditMembers { project }),
            (format!("read notes ({whose})"), Action::ReadNotes { project }),
            (format!("write note ({whose})"), Action::WriteNote { project }),
            (
                format!("edit note ({whose})"),
                Action::EditNote {
                    author: Some(author),
                    project,
                },
            ),
            (
                format!("edit provenance of project ({whose})"),
                Action::EditProvenance {
                    project: Some(project),
                },
            ),
            (
                format!("edit expertise ({whose})"),
                Action::EditExpertise { organisation },
            ),
            (
                format!("keep expertise need of project ({whose})"),
                Action::KeepExpertiseNeed {
                    project: Some(project),
                    organisation: None,
                },
            ),
            (
                format!("keep expertise need of house ({whose})"),
                Action::KeepExpertiseNeed {
                    project: None,
                    organisation: operator,
                },
            ),
            (
                format!("read expertise need ({whose})"),
                Action::ReadExpertiseNeed {
                    project: Some(project),
                    organisation: None,
                    confidential: false,
                    introduced: false,
                },
            ),
            (
                format!("read confidential need ({whose})"),
                Action::ReadExpertiseNeed {
                    project: Some(project),
                    organisation: None,
                    confidential: true,
                    introduced: false,
                },
            ),
            (
                format!("read introduced need ({whose})"),
                Action::ReadExpertiseNeed {
                    project: Some(project),
                    organisation: None,
                    confidential: true,
                    introduced: true,
                },
            ),
            (
                format!("keep introduction as provider ({whose})"),
                Action::KeepIntroduction {
                    provider: operator,
                    project: None,
                    organisation: None,
                },
            ),
            (
                format!("keep introduction as project ({whose})"),
                Action::KeepIntroduction {
                    provider: None,
                    project: Some(project),
                    organisation: None,
                },
            ),
            (
                format!("answer introduction ({whose})"),
                Action::AnswerIntroduction { provider: operator },
            ),
            (
                format!("speak for who asked ({whose})"),
                Action::AskIntroduction {
                    project: Some(project),
                    organisation: None,
                },
            ),
            (
                format!("answer session of encounter ({whose})"),
                Action::AnswerExpertiseSession {
                    project: Some(project),
                    organisation: None,
                },
            ),
            (
                format!("keep notices of matches ({whose})"),
                Action::KeepNotices { person: Some(author) },
            ),
            (
                format!("read person ({whose})"),
                Action::ReadPerson { person: author },
            ),
            (
                format!("edit self ({whose})"),
                Action::EditSelf { person: author },
            ),
            (
                format!("end sessions ({whose})"),
                Action::EndSessions { person: author },
            ),
        ]);
    }
    all.extend(
        RecordType::ALL
            .iter()
            .map(|of| (format!("read history of {of}"), Action::ReadHistory { of: *of })),
    );
    all
}

#[test]
fn the_grid_is_the_committed_one() {
    let actors: Vec<(&str, Actor)> = std::iter::once(("visitor", Actor::Visitor))
        .chain(std::iter::once(("client", client())))
        .chain(Role::ALL.iter().map(|role| (role.word(), person(*role))))
        .collect();
    let mut grid = format!("{:44}", "action");
    for (name, _) in &actors {
        write!(grid, " {:14}", name.to_lowercase()).unwrap();
    }
    grid = grid.trim_end().to_owned();
    for (name, action) in actions() {
        let mut line = format!("\n{name:44}");
        for (_, actor) in &actors {
            write!(line, " {:14}", if allows(actor, action) { "yes" } else { "-" }).unwrap();
        }
        grid.push_str(line.trim_end());
    }
    grid.push('\n');
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/policy.txt");
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    if committed != grid {
        std::fs::write(path, &grid).unwrap();
    }
    assert_eq!(
        committed, grid,
        "policy.txt was written anew: read the difference and commit it"
    );
}

#[test]
fn the_system_may_all_but_what_is_one_person_s_own() {
    let own = |action: &Action| {
        matches!(
            action,
            Action::EditNote { .. }
                | Action::KeepSearch { .. }
                | Action::AskOfficer { .. }
                | Action::EditMessage { .. }
                | Action::CastBallot { is_secret: true, .. }
                | Action::KeepNotices { .. }
                | Action::ReadHistory {
                    of: RecordType::SavedSearch
                }
        )
    };
    assert!(
        actions()
            .iter()
            .filter(|(_, action)| !own(action))
            .all(|(_, action)| allows(&Actor::System, *action))
    );
}
