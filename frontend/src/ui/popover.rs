//! Popover: a button and what it opens beside it, the browser's own: Escape and a press elsewhere leave it, and the
//! focus goes back to the button.

use super::unique;
use leptos::html;
use leptos::prelude::*;

/// `face` is what the button shows; where that is only a sign, `name` is the button's name.
#[component]
pub fn Popover(
    class: &'static str,
    face: AnyView,
    #[prop(optional, into)] name: Option<TextProp>,
    /// The opened part's role and class of its own.
    #[prop(optional)]
    role: Option<&'static str>,
    #[prop(optional)] inside: &'static str,
    children: Children,
) -> impl IntoView {
    let id = unique("popover");
    let button = NodeRef::<html::Button>::new();
    let popover = NodeRef::<html::Div>::new();
    // It is in the top layer: it is put beside its button each time it opens.
    let place = move |_: web_sys::Event| {
        if let (Some(button), Some(popover)) = (button.get_untracked(), popover.get_untracked()) {
            put_beside(&button, &popover);
        }
    };
    view! {
        <button type="button" class=class popovertarget=id.clone() node_ref=button
            aria-label=name.map(|name| move || name.get().to_string())>{face}</button>
        <div class=format!("popover {inside}") popover="auto" id=id node_ref=popover on:beforetoggle=place role=role>
            {children()}
        </div>
    }
}

/// Closes the popover that holds an element: what was pressed in it leads elsewhere.
pub fn leave(event: &web_sys::MouseEvent) {
    use wasm_bindgen::JsCast;
    let pressed = event
        .target()
        .and_then(|it| it.dyn_into::<web_sys::Element>().ok());
    if let Some(popover) = pressed
        .filter(|it| it.closest("a, button").ok().flatten().is_some())
        .and_then(|it| it.closest("[popover]").ok().flatten())
        .and_then(|it| it.dyn_into::<web_sys::HtmlElement>().ok())
    {
        let _ = popover.hide_popover();
    }
}

fn put_beside(button: &web_sys::HtmlButtonElement, popover: &web_sys::HtmlDivElement) {
    let at = button.get_bounding_client_rect();
    let size = |value: Result<wasm_bindgen::JsValue, _>| value.ok().and_then(|it| it.as_f64()).unwrap_or(0.0);
    let (width, height) = (size(window().inner_width()), size(window().inner_height()));
    // From the button's left edge; where that is too far right, up to its right edge.
    let left = if at.left() + 336.0 > width {
        (at.right() - 336.0).max(16.0)
    } else {
        (at.left() - 16.0).max(16.0)
    };
    let style = web_sys::HtmlElement::style(popover);
    let _ = style.set_property("left", &format!("{left}px"));
    // Below, unless the button is in the lower half of the window.
    if at.bottom() < height * 0.6 {
        let _ = style.set_property("top", &format!("{}px", at.bottom() + 6.0));
        let _ = style.set_property("bottom", "auto");
    } else {
        let _ = style.set_property("top", "auto");
        let _ = style.set_property("bottom", &format!("{}px", height - at.top() + 6.0));
    }
}
