//! Dialog and drawer, both the browser's own `<dialog>`: it keeps the focus inside, gives it back, and Escape leaves.

use super::button::{Button, Look};
use super::icon::Icon;
use super::toast::ToastCorner;
use super::unique;
use crate::language::t;
use leptos::html;
use leptos::prelude::*;

/// A box over the page. The content is built at each opening. `foot` holds the actions.
#[component]
pub fn Dialog(
    open: RwSignal<bool>,
    #[prop(into)] title: TextProp,
    #[prop(optional)] drawer: bool,
    /// A press beside it does not close it: what it shows is not shown again.
    #[prop(optional)]
    stays: bool,
    #[prop(optional, into)] foot: Option<ViewFn>,
    children: ChildrenFn,
) -> impl IntoView {
    let node = NodeRef::<html::Dialog>::new();
    let title_id = unique("dialog");
    Effect::new(move |_| {
        let open = open.get();
        let Some(dialog) = node.get() else { return };
        if open && !dialog.open() {
            let _ = dialog.show_modal();
        } else if !open && dialog.open() {
            dialog.close();
        }
    });
    // A press on the backdrop falls on the dialog itself.
    let outside = move |event: web_sys::MouseEvent| {
        let here = event.target() == event.current_target();
        if here && !stays {
            open.set(false);
        }
    };
    view! {
        <dialog node_ref=node class=drawer.then_some("drawer") aria-labelledby=title_id.clone()
            on:close=move |_| open.set(false) on:mousedown=outside>
            <div class="dialog-head">
                <h2 id=title_id.clone()>{move || title.get()}</h2>
                <Button text=t::action_close look=Look::Quiet mark=Icon::Close icon_only=true on_press=move |()| open.set(false) />
            </div>
            <div class="dialog-body">{move || open.get().then(|| children())}</div>
            // The rest of the page is inert while this is open: what is said, and its way back, is said here.
            {move || open.get().then(|| view! { <div class="corner"><ToastCorner /></div> })}
            {foot.map(|foot| view! { <div class="dialog-foot">{move || open.get().then(|| foot.run())}</div> })}
        </dialog>
    }
}

/// The one question that is asked before what cannot be undone: what will happen, to how many.
#[component]
pub fn Confirm(
    open: RwSignal<bool>,
    #[prop(into)] title: TextProp,
    #[prop(into)] consequence: TextProp,
    #[prop(into)] action: TextProp,
    #[prop(into)] on_confirm: Callback<()>,
) -> impl IntoView {
    let foot = move || {
        let action = action.clone();
        view! {
            <Button text=t::action_cancel on_press=move |()| open.set(false) />
            <Button text=action look=Look::Danger on_press=move |()| { open.set(false); on_confirm.run(()); } />
        }
    };
    view! {
        <Dialog open title foot>
            <p>{ let consequence = consequence.clone(); move || consequence.get() }</p>
        </Dialog>
    }
}
