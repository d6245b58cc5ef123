//! What arrives later: a view whose code is fetched when it is first asked for.

use super::state::Skeleton;
use leptos::prelude::*;
use leptos::task::spawn_local_scoped_with_cancellation;

#[component]
pub fn Later<F: Future<Output = AnyView> + 'static>(
    arriving: F,
    /// Nothing stands in its place until then.
    #[prop(optional)]
    quiet: bool,
) -> impl IntoView {
    let arrived = RwSignal::new_local(None::<AnyView>);
    let here = RwSignal::new(false);
    spawn_local_scoped_with_cancellation(async move {
        let view = arriving.await;
        arrived.set(Some(view));
        here.set(true);
    });
    move || {
        if here.get() {
            arrived.try_update_untracked(Option::take).flatten().into_any()
        } else if quiet {
            ().into_any()
        } else {
            view! { <Skeleton /> }.into_any()
        }
    }
}
