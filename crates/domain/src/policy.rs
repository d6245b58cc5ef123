//! Who may do what: one pure function over one closed list of actions. The whole grid is the committed file
//! `policy.txt`, which a test writes anew.

use crate::change::RecordType;
use crate::id::{CouncilId, OrganisationId, PersonId, ProjectId, SeatId, SourceId, TerritoryId};

choices! {
    /// What an account may do, from the least to the most.
    pub enum Role as "Role" {
        /// Takes part in a project.
        Member = "MEMBER",
        /// Works for a partner organisation.
        Partner = "PARTNER",
        /// Follows projects on the ground for the cell.
        Officer = "OFFICER",
        /// Keeps the chantiers and the reference data for the cell.
        Editor = "EDITOR",
        /// Keeps the accounts too.
        Administrator = "ADMINISTRATOR",
    }
}

/// Who acts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// Somebody who is not signed in.
    Visitor,
    /// Somebody with an account.
    Person(Signed),
    /// A partner's machine.
    Client(Client),
    /// The server itself: loading the reference data, first account.
    System,
}

/// Somebody with an account, and what the policy needs to know of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// The person.
    pub id: PersonId,
    /// Their role.
    pub role: Role,
    /// The organisation they work for.
    pub organisation: Option<OrganisationId>,
    /// The projects they are a member of.
    pub projects: Vec<ProjectId>,
    /// The councils that their organisation coordinates.
    pub councils: Vec<CouncilId>,
    /// The seats of councils that they sit on, or in their holder's place.
    pub seats: Vec<SeatId>,
}

/// A partner's machine, and what the policy needs to know of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    /// The client.
    pub id: uuid::Uuid,
    /// The organisation it works for.
    pub organisation: Option<OrganisationId>,
    /// The sources it may push under.
    pub sources: Vec<SourceId>,
    /// What it may do there.
    pub scopes: Vec<Scope>,
    /// The territories in which what it pushes must lie; none where it is not limited.
    pub territories: Vec<TerritoryId>,
    /// The projects that its organisation leads.
    pub projects: Vec<ProjectId>,
    /// The councils that its organisation coordinates.
    pub councils: Vec<CouncilId>,
    /// Whether of GraphQL it may send only the documents registered for it.
    pub documents_only: bool,
}

choices! {
    /// What a machine may do.
    pub enum Scope as "Scope" {
        /// Read what became of the rows of its own sources, and its organisation's webhooks; what every visitor may read
        /// needs no scope.
        ExchangeRead = "EXCHANGE_READ",
        /// Push organisations, offers and needs under its own sources; keep its organisation's webhooks.
        ExchangeWrite = "EXCHANGE_WRITE",
        /// Say what the projects that its organisation leads contribute to chantiers and need of them, and keep the
        /// resources of these projects.
        ChantiersWrite = "CHANTIERS_WRITE",
        /// Change the projects that its organisation leads.
        ProjectsWrite = "PROJECTS_WRITE",
        /// Change the councils that its organisation coordinates; keep their seats, meetings, votes, decisions, actions
        /// and evaluations, and what they share.
        CouncilsWrite = "COUNCILS_WRITE",
        /// Read the confidential needs of expertise of its organisation and of the projects that it leads.
        ExpertiseRead = "EXPERTISE_READ",
        /// Keep the offers and the needs of expertise of its organisation, and the needs of the projects that it leads.
        ExpertiseWrite = "EXPERTISE_WRITE",
    }
}

/// The scopes of expertise.
pub(crate) const EXPERTISE: [Scope; 2] = [Scope::ExpertiseRead, Scope::ExpertiseWrite];
/// The scopes of what directories exchange.
const EXCHANGE: [Scope; 2] = [Scope::ExchangeRead, Scope::ExchangeWrite];

impl Scope {
    /// As OAuth writes it: `exchange:read`.
    #[must_use]
    pub const fn oauth(self) -> &'static str {
        match self {
            Self::ExchangeRead => "exchange:read",
            Self::ExchangeWrite => "exchange:write",
            Self::ChantiersWrite => "chantiers:write",
            Self::ProjectsWrite => "projects:write",
            Self::CouncilsWrite => "councils:write",
            Self::ExpertiseRead => "expertise:read",
            Self::ExpertiseWrite => "expertise:write",
        }
    }
}

impl Actor {
    /// The person, where one is signed in.
    #[must_use]
    pub const fn person(&self) -> Option<&Signed> {
        match self {
            Self::Person(signed) => Some(signed),
            Self::Visitor | Self::Client(_) | Self::System => None,
        }
    }

    /// The machine, where one is signed in.
    #[must_use]
    pub const fn client(&self) -> Option<&Client> {
        match self {
            Self::Client(client) => Some(client),
            Self::Visitor | Self::Person(_) | Self::System => None,
        }
    }

    /// Whether this is the cell's staff: officers, editors, administrators.
    #[must_use]
    pub fn is_staff(&self) -> bool {
        self.at_least(Role::Officer)
    }

    fn at_least(&self, role: Role) -> bool {
        match self {
            Self::System => true,
            Self::Person(signed) => signed.role >= role,
            Self::Visitor | Self::Client(_) => false,
        }
    }

    fn takes_part_in(&self, project: ProjectId) -> bool {
        self.person()
            .is_some_and(|signed| signed.projects.contains(&project))
    }

    fn works_for(&self, organisation: OrganisationId) -> bool {
        self.person()
            .is_some_and(|signed| signed.organisation == Some(organisation))
    }

    fn has_scope(&self, source: SourceId, scope: Scope) -> bool {
        self.client()
            .is_some_and(|client| client.sources.contains(&source) && client.scopes.contains(&scope))
    }

    /// Whether it speaks for the organisation as a partner does: somebody of that role or a higher one who works for it.
    fn is_partner_in(&self, organisation: OrganisationId) -> bool {
        self.at_least(Role::Partner) && self.works_for(organisation)
    }

    /// Whether it is a machine of the organisation with any of these scopes.
    fn is_machine_of(&self, organisation: OrganisationId, scopes: &[Scope]) -> bool {
        self.client().is_some_and(|client| {
            client.organisation == Some(organisation)
                && client.scopes.iter().any(|scope| scopes.contains(scope))
        })
    }

    /// Whether it is a machine with this scope of an organisation that leads the project.
    fn is_machine_leading(&self, project: ProjectId, scopes: &[Scope]) -> bool {
        self.client().is_some_and(|client| {
            client.projects.contains(&project) && client.scopes.iter().any(|scope| scopes.contains(scope))
        })
    }

    /// Whether it is a machine, with the scope for it, of an organisation that coordinates the council.
    fn is_machine_for(&self, council: CouncilId) -> bool {
        self.client().is_some_and(|client| {
            client.councils.contains(&council) && client.scopes.contains(&Scope::CouncilsWrite)
        })
    }

    /// Whether it is a machine, with any of these scopes, of who asks for something: of the organisation, or of the one
    /// that leads the project.
    fn is_machine_asking(
        &self,
        project: Option<ProjectId>,
        organisation: Option<OrganisationId>,
        scopes: &[Scope],
    ) -> bool {
        project.is_some_and(|project| self.is_machine_leading(project, scopes))
            || organisation.is_some_and(|organisation| self.is_machine_of(organisation, scopes))
    }

    /// Whether it coordinates the council: a partner (or somebody of a higher role) who works for a coordinating organisation.
    fn coordinates(&self, council: CouncilId) -> bool {
        let theirs = self
            .person()
            .is_some_and(|signed| signed.councils.contains(&council));
        self.at_least(Role::Partner) && theirs
    }

    fn sits_on(&self, seat: SeatId) -> bool {
        self.person().is_some_and(|signed| signed.seats.contains(&seat))
    }

    /// Whether it takes part in the project or works for the organisation that asks for something.
    fn asks(&self, project: Option<ProjectId>, organisation: Option<OrganisationId>) -> bool {
        project.is_some_and(|project| self.takes_part_in(project))
            || organisation.is_some_and(|organisation| self.works_for(organisation))
    }

    fn is(&self, person: PersonId) -> bool {
        self.person().is_some_and(|signed| signed.id == person)
    }
}

/// Everything that is asked of the policy, with the facts it needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are the records the action is about")]
pub enum Action {
    /// Make, change or remove a named territory.
    EditTerritory,
    /// Make or remove an organisation, or merge one into another.
    KeepOrganisations,
    /// Change an organisation.
    EditOrganisation { organisation: OrganisationId },
    /// Read contact details.
    ReadContacts,
    /// Make, change or remove the contact details of an organisation or a project.
    EditContact {
        organisation: Option<OrganisationId>,
        project: Option<ProjectId>,
    },
    /// Make, change or remove a chantier.
    EditChantier,
    /// Make, change or remove a step of a chantier.
    EditStep,
    /// Make, change or remove a resource of a chantier (no project) or of a project.
    EditResource { project: Option<ProjectId> },
    /// Say that a project contributes to, needs or follows a chantier.
    EditParticipation { project: ProjectId },
    /// Make or remove a project.
    KeepProjects,
    /// Change a project.
    EditProject { project: ProjectId },
    /// Move a project to another state of its life.
    MoveProject { project: ProjectId },
    /// See who takes part in a project.
    ReadMembers { project: ProjectId },
    /// Say who takes part in a project.
    EditMembers { project: ProjectId },
    /// Read a project's follow-up notes.
    ReadNotes { project: ProjectId },
    /// Write a follow-up note.
    WriteNote { project: ProjectId },
    /// Change or remove a follow-up note on a project.
    EditNote {
        author: Option<PersonId>,
        project: ProjectId,
    },
    /// Say where a fact comes from, or confirm it.
    EditProvenance { project: Option<ProjectId> },
    /// See an account.
    ReadPerson { person: PersonId },
    /// See all accounts.
    ReadPersons,
    /// Make, suspend or change accounts and roles; see what was erased.
    ManageAccounts,
    /// Read the messages of the outbox.
    ReadMails,
    /// Change one's own name and language, take away what is held of oneself, have it erased.
    EditSelf { person: PersonId },
    /// End the sessions of an account.
    EndSessions { person: PersonId },
    /// Read who signed in, or tried to.
    ReadSecurityLog,
    /// Make or remove a source.
    KeepSources,
    /// Change a source.
    EditSource { operator: Option<OrganisationId> },
    /// Push organisations, offers and needs under a source.
    Push {
        source: SourceId,
        operator: Option<OrganisationId>,
    },
    /// Read a source's runs and its rejected rows.
    ReadRuns {
        source: SourceId,
        operator: Option<OrganisationId>,
    },
    /// Make, change or remove an offer or a need of an organisation.
    EditExchange { organisation: OrganisationId },
    /// See, open, move on or remove an outcome between a buyer and a supplier.
    KeepOutcome {
        buyer: Option<OrganisationId>,
        supplier: Option<OrganisationId>,
    },
    /// See, make, change or remove a saved search.
    KeepSearch { person: Option<PersonId> },
    /// See the officers' portfolios, absences and desks.
    ReadDesks,
    /// Say which officer follows what.
    KeepPortfolios,
    /// Say when an officer is away.
    KeepAbsence { person: PersonId },
    /// Turn to an officer, for oneself or in the name of a project or an organisation.
    AskOfficer {
        project: Option<ProjectId>,
        organisation: Option<OrganisationId>,
    },
    /// Read a request and write in its conversation.
    FollowRequest {
        asker: PersonId,
        project: Option<ProjectId>,
    },
    /// Change or take back a request.
    EditRequest { asker: PersonId },
    /// Take back what somebody wrote in a conversation.
    EditMessage { author: PersonId },
    /// Hand requests over, close them with what came of them.
    AnswerRequests,
    /// Make or remove a council.
    KeepCouncils,
    /// Change a council, and keep its seats, meetings, votes, decisions and evaluations.
    EditCouncil { council: CouncilId },
    /// Keep the actions of a council's decisions.
    EditCouncilActions { council: Option<CouncilId> },
    /// Read who sits on a seat.
    ReadSeatHolders {
        council: Option<CouncilId>,
        seat: SeatId,
    },
    /// Say who sits on a seat.
    EditSeatHolders { council: Option<CouncilId> },
    /// Cast a seat's ballot: who sits on it; in an open vote also who keeps the council, for what hands showed.
    CastBallot {
        council: CouncilId,
        seat: SeatId,
        is_secret: bool,
    },
    /// Make, change or remove something that councils do together.
    EditSharedItem { proposer: Option<CouncilId> },
    /// Make, change or withdraw the machines of partners.
    ManageClients,
    /// See an organisation's machine: its scopes, its secrets' dates, what it asked and pushed.
    ReadClient {
        client: uuid::Uuid,
        organisation: Option<OrganisationId>,
    },
    /// Give an organisation's machine another secret.
    KeepClientSecrets { organisation: Option<OrganisationId> },
    /// See where an organisation is told of changes, and what became of the messages.
    ReadWebhooks { organisation: OrganisationId },
    /// Say where an organisation is told of changes, send messages again.
    KeepWebhooks { organisation: OrganisationId },
    /// Make, change or remove an offer of expertise of an organisation; see its matches.
    EditExpertise { organisation: OrganisationId },
    /// See a need of expertise, as somebody to whose organisation it was introduced or not.
    ReadExpertiseNeed {
        project: Option<ProjectId>,
        organisation: Option<OrganisationId>,
        confidential: bool,
        introduced: bool,
    },
    /// Make, change or remove a need of expertise; see its matches.
    KeepExpertiseNeed {
        project: Option<ProjectId>,
        organisation: Option<OrganisationId>,
    },
    /// See, propose, move on or remove an introduction between a provider and who asked.
    KeepIntroduction {
        provider: Option<OrganisationId>,
        project: Option<ProjectId>,
        organisation: Option<OrganisationId>,
    },
    /// Accept or refuse an introduction, and say what the provider thinks of it.
    AnswerIntroduction { provider: Option<OrganisationId> },
    /// Say what who asked thinks of an introduction.
    AskIntroduction {
        project: Option<ProjectId>,
        organisation: Option<OrganisationId>,
    },
    /// See how introductions come out.
    ReadFunnel,
    /// Have all matches of expertise worked out anew.
    MatchAnew,
    /// See a session of encounter, as one of those it was proposed to or not.
    ReadExpertiseSession { invited: bool },
    /// Propose, change or remove a session of encounter.
    KeepExpertiseSession,
    /// Answer the proposal of a session of encounter.
    AnswerExpertiseSession {
        project: Option<ProjectId>,
        organisation: Option<OrganisationId>,
    },
    /// Say how often one is told of new matches.
    KeepNotices { person: Option<PersonId> },
    /// Read the history of a record of this kind.
    ReadHistory { of: RecordType },
    /// Take a change of a record of this kind back, as far as the record itself may be changed.
    UndoChange { of: RecordType, by: Option<PersonId> },
    /// See who made a change, by name.
    ReadNames,
}

/// Whether the actor may.
#[must_use]
pub fn allows(actor: &Actor, action: Action) -> bool {
    let staff = actor.is_staff();
    let editor = actor.at_least(Role::Editor);
    let administrator = actor.at_least(Role::Administrator);
    // A machine reads what a visitor reads; contact details are for people who signed in.
    let signed = !matches!(actor, Actor::Visitor | Actor::Client(_));
    match action {
        Action::EditTerritory
        | Action::EditChantier
        | Action::KeepOrganisations
        | Action::KeepProjects
        | Action::KeepSources
        | Action::KeepPortfolios => editor,
        Action::EditSource { operator } => {
            editor || operator.is_some_and(|operator| actor.works_for(operator))
        }
        Action::Push { source, operator } => {
            editor
                || actor.has_scope(source, Scope::ExchangeWrite)
                || operator.is_some_and(|operator| actor.works_for(operator))
        }
        Action::ReadRuns { source, operator } => {
            editor
                || EXCHANGE.iter().any(|scope| actor.has_scope(source, *scope))
                || operator.is_some_and(|operator| actor.works_for(operator))
        }
        Action::EditOrganisation { organisation } | Action::EditExchange { organisation } => {
            staff || actor.works_for(organisation)
        }
        Action::EditExpertise { organisation } => {
            staff
                || actor.works_for(organisation)
                || actor.is_machine_of(organisation, &[Scope::ExpertiseWrite])
        }
        Action::KeepOutcome { buyer, supplier } => {
            staff
                || [buyer, supplier]
                    .into_iter()
                    .flatten()
                    .any(|of| actor.works_for(of))
        }
        Action::EditCouncil { council } => {
            staff || actor.coordinates(council) || actor.is_machine_for(council)
        }
        Action::EditCouncilActions { council } | Action::EditSharedItem { proposer: council } => {
            staff
                || council.is_some_and(|council| actor.coordinates(council) || actor.is_machine_for(council))
        }
        // Who sits somewhere is somebody's personal data: not a machine's to read or to say.
        Action::EditSeatHolders { council } => {
            staff || council.is_some_and(|council| actor.coordinates(council))
        }
        Action::ReadSeatHolders { council, seat } => {
            allows(actor, Action::EditSeatHolders { council }) || actor.sits_on(seat)
        }
        // A secret ballot is nobody's to cast but the seat's own.
        Action::CastBallot {
            council,
            seat,
            is_secret,
        } => actor.sits_on(seat) || (!is_secret && allows(actor, Action::EditCouncil { council })),
        Action::ReadClient { client, organisation } => {
            let is_itself = actor.client().is_some_and(|machine| machine.id == client);
            staff || is_itself || organisation.is_some_and(|of| actor.is_partner_in(of))
        }
        // What it may do, its organisation does not say itself.
        Action::KeepClientSecrets { organisation } => {
            administrator || organisation.is_some_and(|of| actor.is_partner_in(of))
        }
        Action::ReadWebhooks { organisation } => {
            administrator || actor.is_partner_in(organisation) || actor.is_machine_of(organisation, &EXCHANGE)
        }
        // Where an organisation's messages go is not for a machine that may only read to say.
        Action::KeepWebhooks { organisation } => {
            administrator
                || actor.is_partner_in(organisation)
                || actor.is_machine_of(organisation, &[Scope::ExchangeWrite])
        }
        Action::KeepAbsence { person } => editor || (staff && actor.is(person)),
        // Whoever asks is answered: a person, and not the server or a machine.
        Action::AskOfficer {
            project,
            organisation,
        } => {
            actor.person().is_some()
                && (staff
                    || (project.is_none_or(|project| actor.takes_part_in(project))
                        && organisation.is_none_or(|organisation| actor.works_for(organisation))))
        }
        Action::FollowRequest { asker, project } => {
            staff || actor.is(asker) || project.is_some_and(|project| actor.takes_part_in(project))
        }
        Action::EditRequest { asker } => staff || actor.is(asker),
        Action::EditMessage { author } => actor.is(author),
        Action::KeepSearch { person } | Action::KeepNotices { person } => {
            person.is_some_and(|person| actor.is(person))
        }
        Action::KeepExpertiseNeed {
            project,
            organisation,
        } => {
            staff
                || actor.asks(project, organisation)
                || actor.is_machine_asking(project, organisation, &[Scope::ExpertiseWrite])
        }
        Action::ReadExpertiseNeed {
            project,
            organisation,
            confidential,
            introduced,
        } => {
            !confidential
                || introduced
                || staff
                || actor.asks(project, organisation)
                || actor.is_machine_asking(project, organisation, &EXPERTISE)
        }
        Action::KeepIntroduction {
            provider,
            project,
            organisation,
        } => {
            staff
                || actor.asks(project, organisation)
                || provider.is_some_and(|provider| actor.works_for(provider))
        }
        // Staff propose and follow; they do not answer in a provider's name.
        Action::AnswerIntroduction { provider } => {
            *actor == Actor::System || provider.is_some_and(|provider| actor.works_for(provider))
        }
        Action::AskIntroduction {
            project,
            organisation,
        }
        | Action::AnswerExpertiseSession {
            project,
            organisation,
        } => *actor == Actor::System || actor.asks(project, organisation),
        Action::ReadExpertiseSession { invited } => staff || invited,
        // What one did oneself, one may take back, also where the whole history is not one's to read.
        Action::UndoChange { of, by } => {
            allows(actor, Action::ReadHistory { of }) || by.is_some_and(|person| actor.is(person))
        }
        Action::ReadContacts => signed,
        Action::EditContact {
            organisation,
            project,
        } => {
            staff
                || organisation.is_some_and(|organisation| actor.works_for(organisation))
                || project.is_some_and(|project| actor.takes_part_in(project))
        }
        Action::EditStep
        | Action::ReadDesks
        | Action::AnswerRequests
        | Action::KeepCouncils
        | Action::ReadFunnel
        | Action::KeepExpertiseSession => staff,
        Action::EditResource { project } => {
            let leads = |project| actor.is_machine_leading(project, &[Scope::ChantiersWrite]);
            staff || project.is_some_and(|project| actor.takes_part_in(project) || leads(project))
        }
        Action::EditProvenance { project } => {
            staff || project.is_some_and(|project| actor.takes_part_in(project))
        }
        Action::EditParticipation { project } => {
            staff
                || actor.takes_part_in(project)
                || actor.is_machine_leading(project, &[Scope::ChantiersWrite])
        }
        Action::EditProject { project } => {
            staff
                || actor.takes_part_in(project)
                || actor.is_machine_leading(project, &[Scope::ProjectsWrite])
        }
        Action::ReadMembers { project } | Action::ReadNotes { project } | Action::WriteNote { project } => {
            staff || actor.takes_part_in(project)
        }
        Action::MoveProject { .. } | Action::EditMembers { .. } | Action::ReadPersons | Action::ReadNames => {
            staff
        }
        Action::EditNote { author, project } => {
            let may_write = staff || actor.takes_part_in(project);
            editor || (may_write && author.is_some_and(|author| actor.is(author)))
        }
        Action::ReadPerson { person } => staff || actor.is(person),
        Action::ManageAccounts
        | Action::ReadMails
        | Action::ReadSecurityLog
        | Action::ManageClients
        | Action::MatchAnew => administrator,
        Action::EditSelf { person } | Action::EndSessions { person } => administrator || actor.is(person),
        Action::ReadHistory { of } => match of {
            RecordType::Territory
            | RecordType::Organisation
            | RecordType::Chantier
            | RecordType::Step
            | RecordType::Resource
            | RecordType::Participation
            | RecordType::Project
            | RecordType::Source
            | RecordType::Offer
            | RecordType::Need
            | RecordType::Council
            | RecordType::Seat
            | RecordType::CouncilMeeting
            | RecordType::Vote
            | RecordType::Decision
            | RecordType::CouncilAction
            | RecordType::Evaluation
            | RecordType::SharedItem
            | RecordType::Endorsement
            | RecordType::Expertise
            | RecordType::Provenance => true,
            RecordType::SeatHolder
            | RecordType::Contact
            | RecordType::Membership
            | RecordType::Note
            | RecordType::Outcome
            | RecordType::Portfolio
            | RecordType::Absence
            | RecordType::Request
            | RecordType::RequestMessage
            | RecordType::ExpertiseNeed
            | RecordType::Introduction
            | RecordType::ExpertiseSession
            | RecordType::Change => staff,
            RecordType::Person | RecordType::Webhook => administrator,
            RecordType::SavedSearch => false,
        },
    }
}

#[cfg(test)]
mod tests;
