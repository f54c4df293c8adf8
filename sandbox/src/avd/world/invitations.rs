//! What happens to devices that were called: they answer, fail, hang up.

use super::World;
use super::invitation::{Invitation, State};
use super::room::{Participant, Video};

impl World {
    /// Devices that have rung long enough answer and join their room. A host under `.invalid`, which RFC 2606 promises
    /// never to exist, does not answer.
    pub(crate) fn settle_invitations(&mut self, now_ms: i64) {
        let mut answered = Vec::new();
        for (index, invitation) in self.invitations.iter_mut().enumerate() {
            if invitation.state == State::Inviting && now_ms >= invitation.rings_until_ms {
                if invitation.url.trim_end_matches('/').ends_with(".invalid") {
                    invitation.state = State::Failed;
                } else {
                    answered.push(index);
                }
            }
        }
        for index in answered {
            self.join(index, now_ms);
        }
    }

    fn join(&mut self, index: usize, now_ms: i64) {
        let node_id = self.new_node_id();
        let Some(invitation) = self.invitations.get_mut(index) else {
            return;
        };
        let room = self.rooms.get_mut(&invitation.room_id);
        let Some(meeting) = room.and_then(|room| room.meeting_mut()) else {
            invitation.state = State::Failed;
            return;
        };
        invitation.state = State::Talking;
        let video = Video {
            id: format!("{}_{:016x}", invitation.user_id, node_id),
            name: invitation.name.clone(),
            published: invitation.video_open,
        };
        let device = Participant {
            id: invitation.user_id.clone(),
            name: invitation.name.clone(),
            client: invitation.scheme().to_owned(),
            node_id,
            user_data: None,
            videos: if invitation.has_video() { vec![video] } else { Vec::new() },
            audios: Vec::new(),
        };
        meeting.join(device, invitation.rings_until_ms.min(now_ms) / 1000);
    }

    pub(crate) fn hang_up(&mut self, room_id: &str, user_id: &str) {
        let of_user = |invitation: &&mut Invitation| {
            invitation.room_id == room_id && invitation.user_id == user_id && invitation.is_live()
        };
        for invitation in self.invitations.iter_mut().filter(of_user) {
            invitation.state = State::HungUp;
        }
        if let Some(room) = self.rooms.get_mut(room_id) {
            room.focus.take_if(|focus| focus == user_id);
        }
    }

    pub(crate) fn hang_up_all(&mut self, room_id: &str) {
        let in_room = |invitation: &&mut Invitation| invitation.room_id == room_id && invitation.is_live();
        for invitation in self.invitations.iter_mut().filter(in_room) {
            invitation.state = State::HungUp;
        }
    }
}
