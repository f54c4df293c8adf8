//! Everything that an hst account holds: the state, below all operations.

pub(crate) mod groups;
pub(crate) mod media;
pub(crate) mod news;
pub(crate) mod recording;
pub(crate) mod recordings;
pub(crate) mod seed;

use groups::Groups;
use news::News;
use recordings::Recordings;

pub(crate) struct World {
    pub(crate) applications: Vec<Application>,
    /// Oldest first.
    pub(crate) usage: Vec<UsageRecord>,
    pub(crate) recordings: Recordings,
    /// Oldest first.
    pub(crate) live_streams: Vec<LiveStream>,
    /// What has happened and has not been told yet, with the application's id; oldest first.
    pub(crate) untold: Vec<(String, News)>,
}

impl World {
    pub(crate) fn application(&self, id: &str) -> Option<&Application> {
        self.applications.iter().find(|application| application.id == id)
    }

    pub(crate) fn application_mut(&mut self, id: &str) -> Option<&mut Application> {
        self.applications.iter_mut().find(|application| application.id == id)
    }

    /// Changes the groups of an application, and keeps what there is to tell. Returns the version then; nothing where there
    /// is no such application.
    pub(crate) fn change_groups<E>(
        &mut self,
        app_id: &str,
        change: impl FnOnce(&mut Groups) -> Result<Vec<News>, E>,
    ) -> Option<Result<i64, E>> {
        let groups = &mut self.application_mut(app_id)?.groups;
        let changed = change(groups);
        let version = groups.version();
        Some(changed.map(|news| {
            self.untold.extend(news.into_iter().map(|news| (app_id.to_owned(), news)));
            version
        }))
    }

    /// Everybody leaves every group of the application.
    pub(crate) fn empty_groups(&mut self, app_id: &str) {
        let _ = self.change_groups(app_id, |groups| Ok::<_, std::convert::Infallible>(groups.empty()));
    }

    /// The user leaves every group of the application.
    pub(crate) fn leave_groups(&mut self, app_id: &str, user_id: &str) {
        let _ = self.change_groups(app_id, |groups| Ok::<_, std::convert::Infallible>(groups.leave_all(user_id)));
    }

    /// What is to be told to those who listen; it is told once.
    pub(crate) fn take_news(&mut self) -> Vec<(String, News)> {
        let mut news = std::mem::take(&mut self.untold);
        news.append(&mut self.recordings.untold);
        news
    }
}

pub(crate) struct Application {
    pub(crate) id: String,
    pub(crate) secret: String,
    pub(crate) name: String,
    pub(crate) online: bool,
    pub(crate) consumption_limit: Option<i32>,
    pub(crate) services: Vec<Service>,
    pub(crate) users: Vec<User>,
    pub(crate) groups: Groups,
}

pub(crate) struct Service {
    pub(crate) id: i32,
    pub(crate) use_limit: Option<i64>,
}

/// A user of an application, at one terminal.
pub(crate) struct User {
    pub(crate) id: String,
    pub(crate) terminal: String,
    pub(crate) exclusivity: String,
    pub(crate) company: String,
    pub(crate) online: bool,
}

impl Application {
    /// An application that is taken offline has nobody online; its users are back when it is online again.
    pub(crate) fn is_online(&self, user: &User) -> bool {
        self.online && user.online
    }
}

/// A group that is live.
pub(crate) struct LiveStream {
    pub(crate) app_id: String,
    pub(crate) group_id: String,
    pub(crate) started_ms: i64,
}

impl LiveStream {
    pub(crate) fn is_of(&self, app_id: &str, group_id: &str) -> bool {
        self.app_id == app_id && self.group_id == group_id
    }
}

/// One row of the bill.
pub(crate) struct UsageRecord {
    pub(crate) app_id: String,
    pub(crate) app_name: String,
    pub(crate) product_id: i32,
    pub(crate) product_name: &'static str,
    /// 000 L132; ids have holes (H15).
    pub(crate) charge_term: i32,
    pub(crate) price: f64,
    pub(crate) started_at_ms: i64,
    pub(crate) total_time_s: i64,
    pub(crate) signals: i64,
    pub(crate) group_id: String,
    pub(crate) resolution: &'static str,
    pub(crate) stream_id: String,
    pub(crate) client_id: String,
    /// 1 up, 2 down (000 L141).
    pub(crate) transfer_type: i32,
}
