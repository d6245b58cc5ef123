//! Contact details as rows, listed only for those who may read them.

use domain::contact::Contact;
use domain::{OrganisationId, ProjectId};

use crate::list::plain_list;

stored! {
    Contact, row, "contact";
    plain {
        purpose: String,
        organisation_id: Option<OrganisationId>,
        project_id: Option<ProjectId>,
        name: Option<String>,
        email: Option<String>,
        phone: Option<String>,
    }
    json {}
    derived {}
}

plain_list!(Contact, "contact");
