//! The groups of one application: who is in them, and who broadcasts what. Each change has a version, counted within the
//! application.

use super::media::Media;
use super::news::{Happening, News};
use std::collections::{BTreeMap, BTreeSet};

/// The users of a group by their ids, each with what they broadcast.
pub(crate) type Group = BTreeMap<String, BTreeSet<Media>>;

#[derive(Default)]
pub(crate) struct Groups {
    version: i64,
    /// By their ids. A group is there as long as somebody is in it.
    all: BTreeMap<String, Group>,
}

/// Why a change cannot be.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Unchanged {
    AlreadyThere,
    NotThere,
    /// Only who is in a group can broadcast there.
    UserNotInGroup,
}

impl Groups {
    pub(crate) fn version(&self) -> i64 {
        self.version
    }

    pub(crate) fn all(&self) -> &BTreeMap<String, Group> {
        &self.all
    }

    pub(crate) fn join(&mut self, group_id: &str, user_id: &str) -> Result<News, Unchanged> {
        let group = self.all.entry(group_id.to_owned()).or_default();
        if group.contains_key(user_id) {
            return Err(Unchanged::AlreadyThere);
        }
        group.insert(user_id.to_owned(), BTreeSet::new());
        Ok(self.changed(Happening::UserJoined { group_id: group_id.to_owned(), user_id: user_id.to_owned() }))
    }

    /// What the user broadcasts stops first, each with its own version: the pages do not say that leaving stops it.
    pub(crate) fn leave(&mut self, group_id: &str, user_id: &str) -> Result<Vec<News>, Unchanged> {
        let media = self.all.get(group_id).and_then(|group| group.get(user_id)).ok_or(Unchanged::NotThere)?;
        let mut news = Vec::new();
        for media in media.clone() {
            news.push(self.stop(group_id, user_id, &media)?);
        }
        if let Some(group) = self.all.get_mut(group_id) {
            group.remove(user_id);
        }
        self.all.retain(|_, group| !group.is_empty());
        news.push(self.changed(Happening::UserLeft { group_id: group_id.to_owned(), user_id: user_id.to_owned() }));
        Ok(news)
    }

    /// The user leaves every group.
    pub(crate) fn leave_all(&mut self, user_id: &str) -> Vec<News> {
        let of_user = self.all.iter().filter(|(_, group)| group.contains_key(user_id));
        let group_ids: Vec<String> = of_user.map(|(group_id, _)| group_id.clone()).collect();
        group_ids.iter().flat_map(|group_id| self.leave(group_id, user_id).unwrap_or_default()).collect()
    }

    /// Everybody leaves every group.
    pub(crate) fn empty(&mut self) -> Vec<News> {
        let users: BTreeSet<String> = self.all.values().flat_map(|group| group.keys().cloned()).collect();
        users.iter().flat_map(|user_id| self.leave_all(user_id)).collect()
    }

    pub(crate) fn start(&mut self, group_id: &str, user_id: &str, media: Media) -> Result<News, Unchanged> {
        let group = self.all.get_mut(group_id);
        let broadcast = group.and_then(|group| group.get_mut(user_id)).ok_or(Unchanged::UserNotInGroup)?;
        if !broadcast.insert(media.clone()) {
            return Err(Unchanged::AlreadyThere);
        }
        let (group_id, user_id) = (group_id.to_owned(), user_id.to_owned());
        Ok(self.changed(Happening::MediaStarted { group_id, user_id, media }))
    }

    pub(crate) fn stop(&mut self, group_id: &str, user_id: &str, media: &Media) -> Result<News, Unchanged> {
        let group = self.all.get_mut(group_id);
        let broadcast = group.and_then(|group| group.get_mut(user_id)).ok_or(Unchanged::NotThere)?;
        if !broadcast.remove(media) {
            return Err(Unchanged::NotThere);
        }
        let (group_id, user_id) = (group_id.to_owned(), user_id.to_owned());
        Ok(self.changed(Happening::MediaStopped { group_id, user_id, media: media.clone() }))
    }

    fn changed(&mut self, happening: Happening) -> News {
        self.version += 1;
        News { version: Some(self.version), happening }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hst::world::media::MediaType;

    fn versions(news: &[News]) -> Vec<i64> {
        news.iter().filter_map(|news| news.version).collect()
    }

    #[test]
    fn each_change_has_a_version() {
        let mut groups = Groups::default();
        let audio = Media { id: "m".to_owned(), kind: MediaType::Audio };
        let video = Media { id: "m".to_owned(), kind: MediaType::Video };
        assert_eq!(groups.join("g", "a").unwrap().version, Some(1));
        assert_eq!(groups.join("g", "a").unwrap_err(), Unchanged::AlreadyThere);
        assert_eq!(groups.start("g", "b", audio.clone()).unwrap_err(), Unchanged::UserNotInGroup);
        assert_eq!(groups.start("g", "a", audio.clone()).unwrap().version, Some(2));
        assert_eq!(groups.start("g", "a", audio.clone()).unwrap_err(), Unchanged::AlreadyThere);
        assert_eq!(groups.start("g", "a", video).unwrap().version, Some(3));
        assert_eq!(groups.stop("g", "a", &audio).unwrap().version, Some(4));
        assert_eq!(groups.stop("g", "a", &audio).unwrap_err(), Unchanged::NotThere);
        let left = groups.leave("g", "a").unwrap();
        assert_eq!(versions(&left), [5, 6]);
        assert!(matches!(left[0].happening, Happening::MediaStopped { .. }));
        assert!(matches!(left[1].happening, Happening::UserLeft { .. }));
        assert!(groups.all().is_empty());
        assert_eq!((groups.version(), groups.leave("g", "a").unwrap_err()), (6, Unchanged::NotThere));
    }

    #[test]
    fn nobody_stays() {
        let mut groups = Groups::default();
        for (group, user) in [("g", "a"), ("h", "a"), ("g", "b")] {
            groups.join(group, user).unwrap();
        }
        assert_eq!(versions(&groups.leave_all("a")), [4, 5]);
        assert_eq!(groups.all().len(), 1);
        assert_eq!(versions(&groups.empty()), [6]);
        assert!(groups.all().is_empty() && groups.empty().is_empty());
    }
}
