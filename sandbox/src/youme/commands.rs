//! The addresses of youme.

/// Where the commands live. Y1, Y2: the document's "ver is v1, servicename is test" is wrong against its own URLs.
pub(crate) const PREFIX: &str = "/v2/video/";

/// The names of the commands, as `Command::find` takes them.
pub(crate) const COMMANDS: [&str; 6] = [
    "query_instance_all_records_by_time",
    "query_room_info",
    "query_all_instance_by_time",
    "count_business_total_volume_by_day",
    "count_business_distribute_volume_by_day",
    "count_qos_by_day",
];

pub(crate) enum Command {
    InstanceRecords,
    RoomInfo,
    AllInstances,
    TotalVolume,
    DistributedVolume,
    Quality,
}

impl Command {
    pub(crate) fn find(path: &str) -> Option<Self> {
        match path.strip_prefix(PREFIX)? {
            "query_instance_all_records_by_time" => Some(Self::InstanceRecords),
            "query_room_info" => Some(Self::RoomInfo),
            "query_all_instance_by_time" => Some(Self::AllInstances),
            "count_business_total_volume_by_day" => Some(Self::TotalVolume),
            "count_business_distribute_volume_by_day" => Some(Self::DistributedVolume),
            "count_qos_by_day" => Some(Self::Quality),
            _ => None,
        }
    }
}
