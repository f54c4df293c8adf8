//! Users who sign in and out at their terminals, which no operation can do for them. The control interface does.

use super::world::{User, World};
use crate::control_error::ControlError;

/// A user at a terminal; what is left out stays as it was, or for a new user is made up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Presence {
    pub app_id: String,
    pub user_id: String,
    pub online: bool,
    /// Which of the user's terminals, by the class of which only one can be signed in: `pc`, `mobile`.
    pub mutex_type: Option<String>,
    pub terminal_seq_num: Option<String>,
    pub company_id: Option<String>,
}

/// A user signs in or out, and is known from then on.
pub(crate) fn set_presence(world: &mut World, presence: Presence) -> Result<(), ControlError> {
    let Presence { app_id, user_id, online, mutex_type, terminal_seq_num, company_id } = presence;
    let application = world.application_mut(&app_id);
    let application =
        application.ok_or_else(|| ControlError::not_found(format!("there is no application {app_id}")))?;
    let is_meant =
        |user: &&mut User| user.id == user_id && mutex_type.as_ref().is_none_or(|class| *class == user.exclusivity);
    match application.users.iter_mut().find(is_meant) {
        Some(user) => {
            user.online = online;
            user.terminal = terminal_seq_num.unwrap_or_else(|| user.terminal.clone());
            user.company = company_id.unwrap_or_else(|| user.company.clone());
        }
        None => application.users.push(User {
            terminal: terminal_seq_num.unwrap_or_else(|| format!("T-{user_id}")),
            exclusivity: mutex_type.unwrap_or_else(|| "pc".to_owned()),
            company: company_id.unwrap_or_else(|| "123".to_owned()),
            id: user_id,
            online,
        }),
    }
    Ok(())
}
