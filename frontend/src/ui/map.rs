//! The map of Wallonia: our own SVG, no tiles. Communes can be lit, pins carry a chantier's sign, provinces can be
//! chosen; it moves by pointer, by keyboard and by buttons. On a phone it is folded behind the list of the same pins.

pub mod atlas;
pub mod frame;

use super::button::{Button, Look};
use super::icon::Icon;
use super::sign::{Sign, SignMark, Size};
use super::unique;
use crate::browser;
use crate::format;
use crate::language::t;
use atlas::{Atlas, WIDTH};
use frame::{View, kilometres, spread};
use leptos::html;
use leptos::prelude::*;
use std::sync::Arc;
use wasm_bindgen::JsCast;

/// A thing at a place. Several signs: the first is drawn, all are said.
#[derive(Clone, Debug, PartialEq)]
pub struct Pin {
    pub id: String,
    pub label: String,
    /// A line under the name (the lead, the commune).
    pub detail: String,
    pub href: String,
    pub lat: f64,
    pub lon: f64,
    pub signs: Vec<Sign>,
}

/// Pixels between the middles of two pins.
const APART: f64 = 27.0;

#[component]
pub fn Map(
    atlas: Arc<Atlas>,
    #[prop(into)] label: TextProp,
    #[prop(into)] pins: Signal<Vec<Pin>>,
    /// NIS codes of communes and provinces to light up.
    #[prop(optional, into)]
    lit: Signal<Vec<String>>,
    /// What is seen, as the address keeps it; none is everything.
    #[prop(into)]
    view: Signal<Option<View>>,
    #[prop(into)] on_view: Callback<Option<View>>,
    /// The pin pointed at, shared with a list beside the map.
    #[prop(optional)]
    pointed: Option<RwSignal<Option<String>>>,
    /// Whence distances are measured in the list.
    #[prop(optional, into)]
    from: Signal<Option<(f64, f64)>>,
    /// A commune was pressed.
    #[prop(optional, into)]
    on_commune: Option<Callback<String>>,
    /// No list of pins below on a phone, when the page has its own.
    #[prop(optional)]
    without_list: bool,
) -> impl IntoView {
    let height = atlas.height;
    let frame_node = NodeRef::<html::Div>::new();
    let width = RwSignal::new(640.0);
    let pointed = pointed.unwrap_or_else(|| RwSignal::new(None));
    let folded = RwSignal::new(browser::narrow() && !without_list);
    let seen = Memo::new(move |_| {
        view.get()
            .map_or_else(|| View::whole(height), |view| view.kept(height))
    });
    let look = move |view: View| on_view.run((view != View::whole(height)).then_some(view));
    let measure = move || {
        if let Some(frame) = frame_node.get_untracked() {
            width.set(f64::from(frame.client_width().max(1)));
        }
    };
    Effect::new(move |_| {
        frame_node.track();
        folded.track();
        request_animation_frame(measure);
    });
    let resized = window_event_listener(leptos::ev::resize, move |_| measure());
    on_cleanup(move || resized.remove());

    let key = move |event: web_sys::KeyboardEvent| {
        let view = seen.get_untracked();
        let to = match event.key().as_str() {
            "ArrowRight" => view.moved(0.15, 0.0, height),
            "ArrowLeft" => view.moved(-0.15, 0.0, height),
            "ArrowDown" => view.moved(0.0, 0.15, height),
            "ArrowUp" => view.moved(0.0, -0.15, height),
            "+" | "=" => view.zoomed(1.5, height),
            "-" => view.zoomed(1.0 / 1.5, height),
            "0" => View::whole(height),
            _ => return,
        };
        event.prevent_default();
        look(to);
    };
    let wheel = move |event: web_sys::WheelEvent| {
        // The wheel alone scrolls the page, as everywhere else.
        if event.ctrl_key() || event.meta_key() {
            event.prevent_default();
            look(
                seen.get_untracked()
                    .zoomed(if event.delta_y() < 0.0 { 1.2 } else { 1.0 / 1.2 }, height),
            );
        }
    };
    let held = RwSignal::new(None::<(f64, f64, View)>);
    let dragged = StoredValue::new(false);
    let press = move |event: web_sys::PointerEvent| {
        if event.button() == 0 && !on_pin(&event) {
            dragged.set_value(false);
            held.set(Some((
                f64::from(event.client_x()),
                f64::from(event.client_y()),
                seen.get_untracked(),
            )));
        }
    };
    let drag = move |event: web_sys::PointerEvent| {
        let Some((x, y, start)) = held.get_untracked() else {
            return;
        };
        let (dx, dy) = (f64::from(event.client_x()) - x, f64::from(event.client_y()) - y);
        if dragged.get_value() || dx.hypot(dy) > 4.0 {
            dragged.set_value(true);
            let wide = width.get_untracked();
            look(start.moved(-dx / wide, -dy / (wide * height / WIDTH), height));
        }
    };
    let release = move |_| held.set(None);

    let province_id = unique("province");
    let provinces: Vec<_> = atlas
        .provinces
        .iter()
        .map(|it| (it.nis.clone(), it.name.clone(), it.bounds))
        .collect();
    let bounds: Vec<_> = provinces
        .iter()
        .map(|it| (it.0.clone(), View::around(it.2, height)))
        .collect();
    let current = {
        let bounds = bounds.clone();
        move || {
            bounds
                .iter()
                .find(|it| near(it.1, seen.get()))
                .map(|it| it.0.clone())
                .unwrap_or_default()
        }
    };
    let pick = move |event| {
        let nis = event_target_value(&event);
        look(
            bounds
                .iter()
                .find(|it| it.0 == nis)
                .map_or_else(|| View::whole(height), |it| it.1),
        );
    };
    let hint_id = unique("map-hint");
    let drawing = drawing(&atlas, lit, seen, on_commune, dragged);
    view! {
        <figure class="map" class:folded=move || folded.get()>
            <div class="map-tools">
                <label class="visually-hidden" for=province_id.clone()>{t::map_province}</label>
                <select class="input" id=province_id prop:value=current on:change=pick>
                    <option value="">{t::map_everywhere}</option>
                    {provinces.into_iter().map(|(nis, name, _)| view! { <option value=nis>{name}</option> }).collect_view()}
                </select>
                <Button text=t::map_closer mark=Icon::Add icon_only=true on_press=move |()| look(seen.get_untracked().zoomed(1.6, height)) />
                <Button text=t::map_farther mark=Icon::Minus icon_only=true on_press=move |()| look(seen.get_untracked().zoomed(1.0 / 1.6, height)) />
                {(!without_list).then(|| view! {
                    <span class="map-fold">
                        <Button text=move || if folded.get() { t::map_unfold() } else { t::map_fold() } mark=Icon::Map look=Look::Plain on_press=move |()| folded.update(|it| *it = !*it) />
                    </span>
                })}
            </div>
            <div class="map-frame" class:held=move || held.with(Option::is_some) node_ref=frame_node tabindex="0" role="group" style:aspect-ratio=format!("{WIDTH} / {height:.0}")
                aria-label=move || label.get().to_string() aria-describedby=hint_id.clone()
                on:keydown=key on:wheel=wheel on:pointerdown=press on:pointermove=drag on:pointerup=release on:pointerleave=release on:pointercancel=release>
                {drawing}
                {pins_over(atlas, pins, seen, width, pointed)}
            </div>
            <p class="visually-hidden" id=hint_id>{t::map_keys}</p>
            {(!without_list).then(|| list(pins, from, pointed))}
            <figcaption class="muted small">{t::map_credit}</figcaption>
        </figure>
    }
}

fn near(a: View, b: View) -> bool {
    (a.x - b.x).abs() < 2.0 && (a.y - b.y).abs() < 2.0 && (a.zoom - b.zoom).abs() < 0.1
}

fn on_pin(event: &web_sys::PointerEvent) -> bool {
    let element = event
        .target()
        .and_then(|it| it.dyn_into::<web_sys::Element>().ok());
    element.and_then(|it| it.closest("a").ok().flatten()).is_some()
}

fn drawing(
    atlas: &Arc<Atlas>,
    lit: Signal<Vec<String>>,
    seen: Memo<View>,
    on_commune: Option<Callback<String>>,
    dragged: StoredValue<bool>,
) -> impl IntoView + use<> {
    let height = atlas.height;
    let view_box = move || {
        let [left, top, width, high] = seen.get().seen(height);
        format!("{left:.2} {top:.2} {width:.2} {high:.2}")
    };
    let communes = atlas
        .communes
        .iter()
        .map(|commune| {
            let (nis, province) = (commune.nis.clone(), commune.province.clone());
            let is_lit = move || lit.with(|lit| lit.contains(&nis) || lit.contains(&province));
            let nis = commune.nis.clone();
            let press = move |_| {
                if let Some(on_commune) = on_commune.filter(|_| !dragged.get_value()) {
                    on_commune.run(nis.clone());
                }
            };
            view! { <path class="commune" class:lit=is_lit d=commune.path.clone() on:click=press><title>{commune.name.clone()}</title></path> }
        })
        .collect_view();
    let provinces = atlas
        .provinces
        .iter()
        .map(|it| view! { <path class="province" d=it.path.clone() /> })
        .collect_view();
    view! {
        <svg class="map-drawing" viewBox=view_box aria-hidden="true" focusable="false" class:pressable=on_commune.is_some()>
            <path class="ground" d=atlas.outline.clone() />
            <g>{communes}</g>
            <g>{provinces}</g>
            <path class="outline" d=atlas.outline.clone() />
        </svg>
    }
}

fn pins_over(
    atlas: Arc<Atlas>,
    pins: Signal<Vec<Pin>>,
    seen: Memo<View>,
    width: RwSignal<f64>,
    pointed: RwSignal<Option<String>>,
) -> impl IntoView {
    let height = atlas.height;
    move || {
        let (view, wide) = (seen.get(), width.get());
        let high = wide * height / WIDTH;
        let pins = pins.get();
        let anchors: Vec<_> = pins
            .iter()
            .map(|pin| {
                let (x, y) = view.share(atlas.at(pin.lat, pin.lon), height);
                (x * wide, y * high)
            })
            .collect();
        let places = spread(&anchors, APART);
        let drawn = pins
            .into_iter()
            .zip(anchors)
            .zip(places)
            .filter(|((_, _), (x, y))| (-20.0..wide + 20.0).contains(x) && (-20.0..high + 20.0).contains(y));
        view! {
            <div class="pins">
                {drawn.map(|((pin, anchor), place)| one_pin(pin, anchor, place, (wide, high), pointed)).collect_view()}
            </div>
        }
    }
}

fn one_pin(
    pin: Pin,
    anchor: (f64, f64),
    (x, y): (f64, f64),
    (wide, high): (f64, f64),
    pointed: RwSignal<Option<String>>,
) -> impl IntoView {
    let Pin {
        id,
        label,
        detail,
        href,
        signs,
        ..
    } = pin;
    let sign = signs.first().copied().unwrap_or(Sign::Other);
    let is_pointed = {
        let id = id.clone();
        move || pointed.with(|it| it.as_deref() == Some(id.as_str()))
    };
    let point = {
        let id = id.clone();
        move || pointed.set(Some(id.clone()))
    };
    let point_too = point.clone();
    // From the pin back to the place it stands for, when it had to be set apart.
    let (dx, dy) = (anchor.0 - x, anchor.1 - y);
    let far = dx.hypot(dy);
    let leader = (far > 6.0).then(|| view! {
        <i class="leader" style:width=format!("{far:.1}px") style:transform=format!("rotate({:.4}rad)", dy.atan2(dx))></i>
    });
    let name = format!("{label}, {detail}");
    let class = format!(
        "pin {}{}",
        sign.hue(),
        if x > wide * 0.66 { " leftward" } else { "" }
    );
    view! {
        <a class=class class:pointed=is_pointed href=href aria-label=name style:left=format!("{:.2}%", 100.0 * x / wide) style:top=format!("{:.2}%", 100.0 * y / high)
            on:pointerenter=move |_| point() on:focus=move |_| point_too() on:pointerleave=move |_| pointed.set(None) on:blur=move |_| pointed.set(None)>
            {leader}
            <SignMark sign size=Size::Small />
            <span class="pin-text"><strong>{label}</strong> <span>{detail}</span></span>
        </a>
    }
}

fn list(
    pins: Signal<Vec<Pin>>,
    from: Signal<Option<(f64, f64)>>,
    pointed: RwSignal<Option<String>>,
) -> impl IntoView {
    move || {
        let from = from.get();
        let mut pins: Vec<_> = pins
            .get()
            .into_iter()
            .map(|pin| (from.map(|from| kilometres(from, (pin.lat, pin.lon))), pin))
            .collect();
        if from.is_some() {
            pins.sort_by(|a, b| a.0.partial_cmp(&b.0).unwrap_or(std::cmp::Ordering::Equal));
        }
        view! {
            <ol class="map-list" role="list">
                {pins.into_iter().map(|(far, pin)| {
                    let sign = pin.signs.first().copied().unwrap_or(Sign::Other);
                    let is_pointed = { let id = pin.id.clone(); move || pointed.with(|it| it.as_deref() == Some(id.as_str())) };
                    view! {
                        <li class:pointed=is_pointed>
                            <SignMark sign size=Size::Small />
                            <span><a href=pin.href>{pin.label}</a> <small class="muted">{pin.detail}</small></span>
                            {far.map(|far| view! { <span class="number muted">{move || format::distance(far)}</span> })}
                        </li>
                    }
                }).collect_view()}
            </ol>
        }
    }
}
