//! What one event brings about in many places: time passes, a room closes, the site is set anew.

use super::World;
use super::composed_view::ComposedView;
use super::recording::Ending;
use super::site::ViewRule;
use serde_json::Value;

impl World {
    /// Lets happen what was due: rung devices answer or fail, files come to their end.
    pub(crate) fn settle(&mut self, now_ms: i64) {
        self.players.iter_mut().for_each(|player| player.settle(now_ms));
        self.settle_invitations(now_ms);
    }

    /// 004 L186: everybody leaves, "including devices and recordings". The room stays and can be read.
    pub(crate) fn close_room(&mut self, room_id: &str, now_ms: i64, ending: Ending) {
        // Recordings first: the files of single participants are named after those who are still there.
        self.end_recordings(room_id, now_ms, ending);
        self.hang_up_all(room_id);
        self.players.retain(|player| player.room_id != room_id);
        if let Some(room) = self.rooms.get_mut(room_id) {
            room.close(now_ms / 1000);
        }
    }

    /// Changes the site. A forced composed view is forced on the open rooms at once.
    pub(crate) fn change_site(&mut self, settings: &Value) -> Result<(), String> {
        self.site.change(settings)?;
        let stream_ids: Vec<String> = (0..self.rooms.len()).map(|_| self.new_uuid()).collect();
        for (room, stream_id) in self.rooms.values_mut().zip(stream_ids) {
            match self.site.composed_view {
                ViewRule::ForcedOn if room.is_open() && room.composed_view.is_none() => {
                    room.composed_view = Some(ComposedView::automatic(stream_id));
                }
                ViewRule::ForcedOff => room.composed_view = None,
                _ => {}
            }
        }
        Ok(())
    }
}
