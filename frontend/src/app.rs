//! The frame around every screen: routes, header, footer, keys, banners, and where the focus and the scroll go.

pub mod header;
pub mod keys;
pub mod offline;
pub mod places;
pub mod scroll;
pub mod search;

use crate::language::t;
use crate::session;
use crate::ui::page::{Announcer, FirstPage, Page};
use crate::ui::toast::{ToastCorner, provide_toasts};
use crate::{
    about, account, chantier, council, directory, exchange, expertise, find, gap, history, home, import,
    officer, organisation, outcome, partner, person, project, territory, webhook, week,
};
use header::{Footer, Header, PhoneBar};
use keys::Keys;
use leptos::prelude::*;
use leptos_router::components::{Route, Router, Routes};
use leptos_router::{Lazy, path};
use offline::Offline;
use search::Search;

#[component]
pub fn App() -> impl IntoView {
    provide_toasts();
    let said = RwSignal::new(String::new());
    provide_context(Announcer(said));
    provide_context(FirstPage(StoredValue::new(true)));
    provide_context(Overlays::default());
    session::start();
    crate::viewer::start();
    view! {
        <Router>
            <Shell said />
        </Router>
    }
}

/// What lies over the page and can be opened from anywhere.
#[derive(Clone, Copy)]
pub struct Overlays {
    pub search: RwSignal<bool>,
    pub keys: RwSignal<bool>,
    pub menu: RwSignal<bool>,
}

impl Default for Overlays {
    fn default() -> Self {
        Self {
            search: RwSignal::new(false),
            keys: RwSignal::new(false),
            menu: RwSignal::new(false),
        }
    }
}

#[component]
fn Shell(said: RwSignal<String>) -> impl IntoView {
    scroll::keep();
    view! {
        <div class="shell">
            <a class="skip" href="#main" rel="external" on:click=|event| { event.prevent_default(); crate::browser::focus("main"); }>{t::nav_skip}</a>
            <Offline />
            <Header />
            <main id="main" tabindex="-1"><Screens /></main>
            <Footer />
            <PhoneBar />
        </div>
        <div class="corner"><import::followed::Followed /><ToastCorner /></div>
        <Search />
        <Keys />
        <p class="visually-hidden" aria-live="polite">{said}</p>
    }
}

/// One route a screen; in the order of docs and navigation. Anything else is the page that says it is not there.
#[component]
fn Screens() -> impl IntoView {
    view! {
        <Routes fallback=NotFound>
            <Route path=path!("/") view={Lazy::<home::HomePage>::new()} />
            <Route path=path!("/chantiers") view={Lazy::<chantier::Chantiers>::new()} />
            <Route path=path!("/chantiers/:code") view={Lazy::<chantier::ChantierPage>::new()} />
            <Route path=path!("/projets") view={Lazy::<project::ListPage>::new()} />
            <Route path=path!("/projets/nouveau") view={Lazy::<project::NewPage>::new()} />
            <Route path=path!("/projets/:id") view={Lazy::<project::SheetPage>::new()} />
            <Route path=path!("/matrice") view={Lazy::<project::MatrixPage>::new()} />
            <Route path=path!("/territoires") view={Lazy::<territory::Sheet>::new()} />
            <Route path=path!("/territoires/nouveau") view={Lazy::<territory::New>::new()} />
            <Route path=path!("/territoires/:id") view={Lazy::<territory::Sheet>::new()} />
            <Route path=path!("/conseils") view={Lazy::<council::List>::new()} />
            <Route path=path!("/conseils/nouveau") view={Lazy::<council::New>::new()} />
            <Route path=path!("/conseils/comparer") view={Lazy::<council::Compare>::new()} />
            <Route path=path!("/conseils/ensemble") view={Lazy::<council::Together>::new()} />
            <Route path=path!("/conseils/:id") view={Lazy::<council::Sheet>::new()} />
            <Route path=path!("/organisations") view={Lazy::<organisation::List>::new()} />
            <Route path=path!("/organisations/nouvelle") view={Lazy::<organisation::New>::new()} />
            <Route path=path!("/organisations/:id") view={Lazy::<organisation::Sheet>::new()} />
            <Route path=path!("/offres") view={Lazy::<exchange::Offers>::new()} />
            <Route path=path!("/offres/:id") view={Lazy::<exchange::OfferPage>::new()} />
            <Route path=path!("/demandes") view={Lazy::<exchange::Needs>::new()} />
            <Route path=path!("/demandes/:id") view={Lazy::<exchange::NeedPage>::new()} />
            <Route path=path!("/manques") view={Lazy::<gap::Gaps>::new()} />
            <Route path=path!("/suites") view={Lazy::<outcome::Outcomes>::new()} />
            <Route path=path!("/expertises") view={Lazy::<expertise::Catalogue>::new()} />
            <Route path=path!("/expertises/nouvelle") view={Lazy::<expertise::NewExpertise>::new()} />
            <Route path=path!("/expertises/:id") view={Lazy::<expertise::ExpertisePage>::new()} />
            <Route path=path!("/besoins-expertise") view={Lazy::<expertise::Needs>::new()} />
            <Route path=path!("/besoins-expertise/nouveau") view={Lazy::<expertise::NewNeed>::new()} />
            <Route path=path!("/besoins-expertise/:id") view={Lazy::<expertise::NeedPage>::new()} />
            <Route path=path!("/mises-en-relation") view={Lazy::<expertise::Introductions>::new()} />
            <Route path=path!("/rencontres-expertise") view={Lazy::<expertise::Sessions>::new()} />
            <Route path=path!("/sources") view={Lazy::<directory::List>::new()} />
            <Route path=path!("/sources/:id") view={Lazy::<directory::Sheet>::new()} />
            <Route path=path!("/sources/:id/importer") view={Lazy::<import::Start>::new()} />
            <Route path=path!("/imports/:id") view={Lazy::<import::Sheet>::new()} />
            <Route path=path!("/webhooks") view={Lazy::<webhook::List>::new()} />
            <Route path=path!("/webhooks/nouveau") view={Lazy::<webhook::New>::new()} />
            <Route path=path!("/webhooks/:id") view={Lazy::<webhook::Sheet>::new()} />
            <Route path=path!("/machines") view={Lazy::<partner::List>::new()} />
            <Route path=path!("/machines/nouvelle") view={Lazy::<partner::New>::new()} />
            <Route path=path!("/machines/:id") view={Lazy::<partner::Sheet>::new()} />
            <Route path=path!("/rapport") view={Lazy::<project::ReportPage>::new()} />
            <Route path=path!("/recherche") view={Lazy::<find::Search>::new()} />
            <Route path=path!("/questions") view={Lazy::<officer::Questions>::new()} />
            <Route path=path!("/questions/nouvelle") view={Lazy::<officer::Ask>::new()} />
            <Route path=path!("/questions/:id") view={Lazy::<officer::Question>::new()} />
            <Route path=path!("/bureau") view={Lazy::<officer::Desk>::new()} />
            <Route path=path!("/portefeuilles") view={Lazy::<officer::Staffing>::new()} />
            <Route path=path!("/ma-semaine") view={Lazy::<week::WeekPage>::new()} />
            <Route path=path!("/connexion") view={Lazy::<account::SignIn>::new()} />
            <Route path=path!("/connexion/fournisseur") view={Lazy::<account::ComeBack>::new()} />
            <Route path=path!("/mot-de-passe") view={Lazy::<person::ForgottenPassword>::new()} />
            <Route path=path!("/mot-de-passe/:token") view={Lazy::<person::OtherPassword>::new()} />
            <Route path=path!("/mon-compte") view={Lazy::<person::Mine>::new()} />
            <Route path=path!("/invitation/:token") view={Lazy::<person::Invitation>::new()} />
            <Route path=path!("/comptes") view={Lazy::<person::Accounts>::new()} />
            <Route path=path!("/comptes/securite") view={Lazy::<person::SecurityLog>::new()} />
            <Route path=path!("/comptes/messages") view={Lazy::<person::Messages>::new()} />
            <Route path=path!("/comptes/mes-donnees") view={Lazy::<person::OwnData>::new()} />
            <Route path=path!("/comptes/effacements") view={Lazy::<person::Erasures>::new()} />
            <Route path=path!("/historique") view={Lazy::<history::History>::new()} />
            <Route path=path!("/historique/:id") view={Lazy::<history::History>::new()} />
            <Route path=path!("/credits") view={Lazy::<about::Sources>::new()} />
            <Route path=path!("/a-propos") view={Lazy::<about::About>::new()} />
            <Route path=path!("/atelier") view=atelier />
        </Routes>
    }
}

/// The style guide, only in builds for those who make the application.
#[cfg(any(debug_assertions, feature = "atelier"))]
fn atelier() -> AnyView {
    crate::atelier::atelier()
}

#[cfg(not(any(debug_assertions, feature = "atelier")))]
fn atelier() -> AnyView {
    view! { <NotFound /> }.into_any()
}

#[component]
fn NotFound() -> impl IntoView {
    view! {
        <Page title=t::not_found_title lead=t::not_found_text>
            <div class="button-row">
                <a class="button primary" href="/">{t::not_found_home}</a>
                <a class="button" href="/recherche">{t::not_found_search}</a>
            </div>
        </Page>
    }
}
