//! The few things of the browser that are used outside a view, with nothing to unwrap: storage, the clock, the
//! page's own attributes, focus, timers. Natively (unit tests) they answer nothing and do nothing.

#[cfg(target_arch = "wasm32")]
mod real {
    use leptos::prelude::{document, window};
    use wasm_bindgen::prelude::Closure;
    use wasm_bindgen::{JsCast, JsValue};

    /// What this device keeps under a key, through restarts.
    pub fn kept(key: &str) -> Option<String> {
        window()
            .local_storage()
            .ok()
            .flatten()?
            .get_item(key)
            .ok()
            .flatten()
    }

    pub fn keep(key: &str, value: &str) {
        // A full or forbidden storage only means that the choice is not remembered.
        if let Ok(Some(storage)) = window().local_storage() {
            let _ = storage.set_item(key, value);
        }
    }

    pub fn forget(key: &str) {
        if let Ok(Some(storage)) = window().local_storage() {
            let _ = storage.remove_item(key);
        }
    }

    /// What this tab keeps under a key, through reloads.
    pub fn kept_in_tab(key: &str) -> Option<String> {
        window()
            .session_storage()
            .ok()
            .flatten()?
            .get_item(key)
            .ok()
            .flatten()
    }

    pub fn keep_in_tab(key: &str, value: &str) {
        if let Ok(Some(storage)) = window().session_storage() {
            let _ = storage.set_item(key, value);
        }
    }

    pub fn forget_in_tab(key: &str) {
        if let Ok(Some(storage)) = window().session_storage() {
            let _ = storage.remove_item(key);
        }
    }

    /// The page once more, from the server.
    pub fn reload() {
        let _ = window().location().reload();
    }

    /// The browser's languages, the preferred first.
    pub fn languages() -> Vec<String> {
        window()
            .navigator()
            .languages()
            .iter()
            .filter_map(|tag| tag.as_string())
            .collect()
    }

    pub fn set_root_attribute(name: &str, value: &str) {
        if let Some(root) = document().document_element() {
            let _ = root.set_attribute(name, value);
        }
    }

    pub fn remove_root_attribute(name: &str) {
        if let Some(root) = document().document_element() {
            let _ = root.remove_attribute(name);
        }
    }

    /// Milliseconds since 1970, by this device's clock.
    pub fn now() -> f64 {
        js_sys::Date::now()
    }

    pub fn online() -> bool {
        window().navigator().on_line()
    }

    pub fn focus(id: &str) {
        let element = document()
            .get_element_by_id(id)
            .and_then(|it| it.dyn_into::<web_sys::HtmlElement>().ok());
        if let Some(element) = element {
            let _ = element.focus();
        }
    }

    /// Narrow enough for one column?
    pub fn narrow() -> bool {
        window()
            .inner_width()
            .ok()
            .and_then(|it| it.as_f64())
            .is_some_and(|width| width < 720.0)
    }

    /// What a word of an address' query says.
    pub fn query_word(query: &str, name: &str) -> Option<String> {
        web_sys::UrlSearchParams::new_with_str(query).ok()?.get(name)
    }

    /// Leaves the application for another address.
    pub fn leave(address: &str) {
        let _ = window().location().assign(address);
    }

    /// Does this work while no other tab does work of the same name. Where the browser cannot tell, at once.
    pub async fn alone(name: &str, work: impl Future<Output = ()> + 'static) {
        let navigator = window().navigator();
        let locks = js_sys::Reflect::get(&navigator, &"locks".into())
            .ok()
            .filter(JsValue::is_object);
        let request = locks
            .as_ref()
            .and_then(|locks| js_sys::Reflect::get(locks, &"request".into()).ok());
        let (Some(locks), Some(request)) = (
            locks,
            request.and_then(|it| it.dyn_into::<js_sys::Function>().ok()),
        ) else {
            work.await;
            return;
        };
        let done = async {
            work.await;
            Ok(JsValue::UNDEFINED)
        };
        let begin = Closure::once_into_js(move || wasm_bindgen_futures::future_to_promise(done));
        if let Ok(promise) = request.call2(&locks, &name.into(), &begin)
            && let Ok(promise) = promise.dyn_into::<js_sys::Promise>()
        {
            let _ = wasm_bindgen_futures::JsFuture::from(promise).await;
        }
    }

    /// Copies a text to be pasted elsewhere; says whether that was possible. Without encryption, browsers have no way to.
    pub async fn copy(text: &str) -> bool {
        if !window().is_secure_context() {
            return false;
        }
        let promise = window().navigator().clipboard().write_text(text);
        wasm_bindgen_futures::JsFuture::from(promise).await.is_ok()
    }

    pub async fn wait(milliseconds: u32) {
        let promise = js_sys::Promise::new(&mut |resolve, _| {
            let milliseconds = i32::try_from(milliseconds).unwrap_or(i32::MAX);
            let _ = window().set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, milliseconds);
        });
        let _ = wasm_bindgen_futures::JsFuture::from(promise).await;
    }
}

#[cfg(not(target_arch = "wasm32"))]
mod real {
    pub fn kept(_: &str) -> Option<String> {
        None
    }
    pub fn keep(_: &str, _: &str) {}
    pub fn forget(_: &str) {}
    pub fn kept_in_tab(_: &str) -> Option<String> {
        None
    }
    pub fn keep_in_tab(_: &str, _: &str) {}
    pub fn forget_in_tab(_: &str) {}
    pub fn leave(_: &str) {}
    pub fn languages() -> Vec<String> {
        Vec::new()
    }
    pub fn set_root_attribute(_: &str, _: &str) {}
    pub fn remove_root_attribute(_: &str) {}
    pub fn now() -> f64 {
        0.0
    }
    pub fn online() -> bool {
        true
    }
    pub fn focus(_: &str) {}
    pub fn narrow() -> bool {
        false
    }
    pub fn query_word(_: &str, _: &str) -> Option<String> {
        None
    }
    pub async fn alone(_: &str, work: impl Future<Output = ()> + 'static) {
        work.await;
    }
    pub async fn copy(_: &str) -> bool {
        false
    }
    pub async fn wait(_: u32) {}
    pub fn reload() {}
}

pub use real::{
    alone, copy, focus, forget, forget_in_tab, keep, keep_in_tab, kept, kept_in_tab, languages, leave,
    narrow, now, online, query_word, reload, remove_root_attribute, set_root_attribute, wait,
};
