//! What belongs to a project: its parts in the chantiers, its documents, and for those who may see them its contacts,
//! members and notes; each changed where it stands.

use super::{Open, paragraphs};
use crate::chantier::read::{ParticipationRow, ResourceRow};
use crate::chantier::words as chantier_words;
use crate::contract::typed;
use crate::edit::Actions;
use crate::format;
use crate::language::{Text, t};
use crate::organisation::read::ContactRow;
use crate::project::read::{MemberRow, NoteRow};
use crate::project::words;
use crate::ui::button::Button;
use crate::ui::chips::{NewMark, Status};
use crate::ui::icon::{Icon, icon};
use crate::ui::page::Section;
use crate::ui::sign::{Sign, SignMark};
use crate::viewer::may;
use crate::visit;
use domain::chantier::Part;
use domain::policy::Action;
use domain::{ProjectId, RecordType};
use leptos::prelude::*;

fn add(
    may_add: impl Fn() -> bool + Send + Sync + 'static,
    text: Text,
    open: RwSignal<Option<Open>>,
    what: Open,
) -> AnyView {
    (move || {
        let what = what.clone();
        may_add().then(|| view! { <p class="no-print"><Button text mark=Icon::Add small=true on_press=move |()| open.set(Some(what.clone())) /></p> })
    })
    .into_any()
}

/// What it brings, what it needs, what it follows.
pub(super) fn parts(project: ProjectId, rows: &[ParticipationRow], open: RwSignal<Option<Open>>) -> AnyView {
    let can = move || may(Action::EditParticipation { project });
    let of = |part: Part| {
        rows.iter()
            .filter(|it| it.part == part)
            .cloned()
            .collect::<Vec<_>>()
    };
    let columns: Vec<_> = [
        (t::project_contributes as Text, t::project_contributes_none as Text, of(Part::Contributes)),
        (t::project_needs, t::project_needs_none, of(Part::Needs)),
        (t::project_follows, t::project_follows_none, of(Part::Follows)),
    ]
    .into_iter()
    .map(|(title, none, rows)| {
        view! {
            <div class="sheet project-side">
                <h3>{title}</h3>
                {if rows.is_empty() {
                    view! { <p class="muted">{none}</p> }.into_any()
                } else {
                    view! { <ul role="list">{rows.into_iter().map(|row| one_part(row, open, can)).collect_view()}</ul> }.into_any()
                }}
            </div>
        }
    })
    .collect();
    view! {
        <Section title=t::project_parts note=t::project_parts_note broad=true>
            <div class="project-facing">{columns}</div>
            {add(can, t::project_part_add, open, Open::Part(None))}
        </Section>
    }
    .into_any()
}

fn one_part(
    row: ParticipationRow,
    open: RwSignal<Option<Open>>,
    can: impl Fn() -> bool + Copy + Send + Sync + 'static,
) -> AnyView {
    let (code, title) = row
        .chantier
        .as_ref()
        .map(|it| (it.code.clone(), it.title.clone()))
        .unwrap_or_default();
    let (id, revision, said, hollow) = (
        row.id.clone(),
        row.revision,
        title.clone(),
        row.part != Part::Contributes,
    );
    view! {
        <li>
            <SignMark sign=Sign::of(&code) hollow />
            <div>
                <a href=format!("/chantiers/{code}")>{title}</a>
                {row.note.map(|note| view! { <p class="small">{note}</p> })}
                {row.inferred.then(|| view! { <p class="muted small">{t::chantier_inferred}</p> })}
            </div>
            {move || can().then(|| {
                let key = id.inner().to_owned();
                view! { <Actions title=said.clone() kind=RecordType::Participation id=id.clone() revision on_edit=move |()| open.set(Some(Open::Part(Some(key.clone())))) /> }
            })}
        </li>
    }
    .into_any()
}

pub(super) fn shelf(project: ProjectId, rows: Vec<ResourceRow>, open: RwSignal<Option<Open>>) -> AnyView {
    let can = move || {
        may(Action::EditResource {
            project: Some(project),
        })
    };
    let none = rows.is_empty();
    view! {
        <Section title=t::project_documents>
            {none.then(|| view! { <p class="muted">{t::project_documents_none}</p> })}
            <ul role="list" class="project-rows">
                {rows.into_iter().map(|row| {
                    let (id, revision, title, kind, state, published) = (row.id.clone(), row.revision, row.title.clone(), row.kind, row.link_state, row.published);
                    view! {
                        <li>
                            <div>
                                {match row.url {
                                    Some(url) => view! { <a href=url rel="external noopener" target="_blank">{row.title} " " {icon(Icon::Link)}</a> }.into_any(),
                                    None => view! { <strong>{row.title}</strong> }.into_any(),
                                }}
                                <p class="row-tight small muted">
                                    <span>{move || chantier_words::resource_kind(kind)}</span>
                                    <Status course=chantier_words::link_course(state) text=move || chantier_words::link_state(state) />
                                    {published.map(|_| view! { <span>{move || format::partial(published)}</span> })}
                                </p>
                                {row.note.map(|note| view! { <p class="small">{note}</p> })}
                            </div>
                            {move || can().then(|| {
                                let key = id.inner().to_owned();
                                view! { <Actions title=title.clone() kind=RecordType::Resource id=id.clone() revision on_edit=move |()| open.set(Some(Open::Document(Some(key.clone())))) /> }
                            })}
                        </li>
                    }
                }).collect_view()}
            </ul>
            {add(can, t::project_document_add, open, Open::Document(None))}
        </Section>
    }
    .into_any()
}

pub(super) fn who(project: ProjectId, rows: Vec<ContactRow>, open: RwSignal<Option<Open>>) -> AnyView {
    let can = move || {
        may(Action::EditContact {
            organisation: None,
            project: Some(project),
        })
    };
    let none = rows.is_empty();
    view! {
        <Section title=t::project_contacts note=t::project_contacts_note>
            <div class="no-print">
                {none.then(|| view! { <p class="muted">{t::project_contacts_none}</p> })}
                <ul role="list" class="project-rows">
                    {rows.into_iter().map(|row| {
                        let (id, revision, title) = (row.id.clone(), row.revision, row.purpose.clone());
                        view! {
                            <li>
                                <div>
                                    <strong>{row.purpose}</strong>
                                    <p class="row-tight">
                                        {row.name.map(|it| view! { <span>{it}</span> })}
                                        {row.email.map(|it| view! { <a href=format!("mailto:{it}")>{it.clone()}</a> })}
                                        {row.phone.map(|it| view! { <a href=format!("tel:{}", it.replace(' ', ""))>{it.clone()}</a> })}
                                    </p>
                                </div>
                                {move || can().then(|| {
                                    let key = id.inner().to_owned();
                                    view! { <Actions title=title.clone() kind=RecordType::Contact id=id.clone() revision on_edit=move |()| open.set(Some(Open::Contact(Some(key.clone())))) /> }
                                })}
                            </li>
                        }
                    }).collect_view()}
                </ul>
                {add(can, t::project_contact_add, open, Open::Contact(None))}
            </div>
        </Section>
    }
    .into_any()
}

pub(super) fn team(project: ProjectId, rows: Vec<MemberRow>, open: RwSignal<Option<Open>>) -> AnyView {
    let can = move || may(Action::EditMembers { project });
    let none = rows.is_empty();
    view! {
        <div class="no-print">
            <Section title=t::project_members note=t::project_members_note>
                {none.then(|| view! { <p class="muted">{t::project_members_none}</p> })}
                <ul role="list" class="project-rows">
                    {rows.into_iter().map(|row| {
                        let name = row.person_name.clone().unwrap_or_else(|| t::fact_unknown().to_owned());
                        let (id, revision, title, role) = (row.id.clone(), row.revision, name.clone(), row.role);
                        view! {
                            <li>
                                <div><strong>{name}</strong> " " <span class="muted small">{move || words::member(role)}</span></div>
                                {move || can().then(|| {
                                    let key = id.inner().to_owned();
                                    view! { <Actions title=title.clone() kind=RecordType::Membership id=id.clone() revision on_edit=move |()| open.set(Some(Open::Member(Some(key.clone())))) /> }
                                })}
                            </li>
                        }
                    }).collect_view()}
                </ul>
                {add(can, t::project_member_add, open, Open::Member(None))}
            </Section>
        </div>
    }
    .into_any()
}

pub(super) fn follow_up(project: ProjectId, rows: Vec<NoteRow>, open: RwSignal<Option<Open>>) -> AnyView {
    let none = rows.is_empty();
    view! {
        <div class="no-print">
            <Section title=t::project_notes note=t::project_notes_private>
                {none.then(|| view! { <p class="muted">{t::project_notes_none}</p> })}
                <ul role="list" class="project-rows">
                    {rows.into_iter().map(|row| {
                        let (id, revision, on, made) = (row.id.clone(), row.revision, row.on, row.created_at);
                        let author = row.author_id.as_ref().and_then(typed);
                        let title: String = row.body.chars().take(40).collect();
                        let body = paragraphs(&row.body);
                        let name = row.author_name;
                        view! {
                            <li>
                                <div class="stack-tight">
                                    <p class="muted small">
                                        {move || on.map_or_else(|| format::instant_day(made), |_| format::partial(on))}
                                        {name.map(|name| view! { " · " <span>{name}</span> })}
                                        {visit::is_new(made).then(|| view! { " " <NewMark /> })}
                                    </p>
                                    {body}
                                </div>
                                {move || may(Action::EditNote { project, author }).then(|| {
                                    let key = id.inner().to_owned();
                                    view! { <Actions title=title.clone() kind=RecordType::Note id=id.clone() revision on_edit=move |()| open.set(Some(Open::Note(Some(key.clone())))) /> }
                                })}
                            </li>
                        }
                    }).collect_view()}
                </ul>
                {add(move || may(Action::WriteNote { project }), t::project_note_add, open, Open::Note(None))}
            </Section>
        </div>
    }
    .into_any()
}
