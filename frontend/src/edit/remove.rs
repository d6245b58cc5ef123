//! Removing a record where it is shown, which can be taken back; and the two buttons beside a thing.

use super::offer_undo;
use crate::api;
use crate::contract::schema;
use crate::language::t;
use crate::refusal::{UserError, refused};
use crate::ui::button::{Button, Look};
use crate::ui::icon::Icon;
use crate::ui::state::Failure;
use crate::ui::toast::toasts;
use cynic::MutationBuilder;
use domain::RecordType;
use leptos::prelude::*;
use leptos::task::spawn_local;

#[derive(cynic::InputObject)]
struct DeleteInput {
    id: cynic::Id,
    expected_revision: i32,
}

#[derive(cynic::QueryVariables)]
struct Removing {
    input: DeleteInput,
}

#[derive(cynic::QueryFragment)]
struct DeletePayload {
    user_errors: Vec<UserError>,
    change_id: Option<cynic::Id>,
}

/// Each kind with its mutation; the others are not removed from a screen.
macro_rules! removals {
    ($($kind:ident: $gone:ident $verb:ident),+; not $($other:ident),+ $(,)?) => {
        $(
            #[derive(cynic::QueryFragment)]
            #[cynic(graphql_type = "Mutation", variables = "Removing")]
            struct $gone {
                #[arguments(input: $input)]
                $verb: DeletePayload,
            }

            api::document!(mutation $gone(Removing));
        )+

        async fn removed(kind: RecordType, sent: Removing) -> Result<DeletePayload, Failure> {
            match kind {
                $(RecordType::$kind => Ok(api::mutate(&$gone::build(sent)).await?.$verb),)+
                $(RecordType::$other)|+ => Ok(DeletePayload { user_errors: Vec::new(), change_id: None }),
            }
        }
    };
}

removals!(
    Organisation: OrganisationGone organisation_delete,
    Contact: ContactGone contact_delete,
    Step: StepGone step_delete,
    Resource: ResourceGone resource_delete,
    Participation: ParticipationGone participation_delete,
    Project: ProjectGone project_delete,
    Membership: MembershipGone membership_delete,
    Note: NoteGone note_delete,
    SavedSearch: SavedSearchGone saved_search_delete,
    Portfolio: PortfolioGone portfolio_delete,
    Absence: AbsenceGone absence_delete,
    Council: CouncilGone council_delete,
    Seat: SeatGone seat_delete,
    SeatHolder: SeatHolderGone seat_holder_delete,
    CouncilMeeting: CouncilMeetingGone council_meeting_delete,
    Vote: VoteGone vote_delete,
    Decision: DecisionGone decision_delete,
    CouncilAction: CouncilActionGone council_action_delete,
    Evaluation: EvaluationGone evaluation_delete,
    SharedItem: SharedItemGone shared_item_delete,
    Endorsement: EndorsementGone endorsement_delete,
    Expertise: ExpertiseGone expertise_delete,
    ExpertiseNeed: ExpertiseNeedGone expertise_need_delete;
    not Territory, Person, Chantier, Provenance, Source, Offer, Need, Outcome, Webhook, Request, RequestMessage, Introduction, ExpertiseSession, Change
);

/// Removes a record, says so with the way back, and then does what follows on the screen.
pub fn take_away(
    kind: RecordType,
    id: cynic::Id,
    revision: i32,
    title: String,
    then: impl FnOnce() + 'static,
) {
    let said = toasts();
    spawn_local(async move {
        let sent = Removing {
            input: DeleteInput {
                id,
                expected_revision: revision,
            },
        };
        match removed(kind, sent).await {
            Ok(done) if done.user_errors.is_empty() => {
                then();
                api::try_again();
                offer_undo(said, done.change_id, t::edit_removed(title));
            }
            Ok(done) => {
                for it in refused(done.user_errors) {
                    said.say(it.message);
                }
                api::try_again();
            }
            Err(failure) => said.say(failure.kind.title()),
        }
    });
}

/// Edit and remove, beside the thing that `title` names.
#[component]
pub fn Actions(
    title: String,
    kind: RecordType,
    id: cynic::Id,
    revision: i32,
    #[prop(into)] on_edit: Callback<()>,
) -> impl IntoView {
    let (edits, removes) = (title.clone(), title.clone());
    let away = move |()| take_away(kind, id.clone(), revision, title.clone(), || ());
    view! {
        <span class="actions no-print">
            <Button text=move || t::chantier_edit_this(&edits) mark=Icon::Edit icon_only=true look=Look::Quiet on_press=on_edit />
            <Button text=move || t::chantier_remove_this(&removes) mark=Icon::Close icon_only=true look=Look::Quiet on_press=away />
        </span>
    }
}
