//! Billed usage records (000 L103-L141).

use super::apps::application;
use super::arguments::Query;
use super::refusal::{Answer, Refusal};
use super::world::{UsageRecord, World};
use crate::calendar::LocalTime;
use serde_json::{Value, json};

/// 000 L118.
const LARGEST_PAGE: i64 = 100;

/// `GET /v1/consuming/records`. H6: the document names neither the container of the list, nor a total, nor the first
/// page. Chosen here: `result: {"total": …, "list": […]}`, pages from 1, oldest first.
pub(crate) fn usage_records(world: &World, query: &Query) -> Answer {
    let from = query.required_number("start_time")?;
    let until = query.required_number("end_time")?;
    let page = query.required_number("page")?;
    let page_size = query.required_number("page_size")?;
    if from > until {
        return Err(Refusal::wrong("start_time is after end_time"));
    }
    if page < 1 {
        return Err(Refusal::wrong("page starts at 1"));
    }
    if !(1..=LARGEST_PAGE).contains(&page_size) {
        return Err(Refusal::wrong("page_size is 1 to 100"));
    }
    let app_id = query.text("app_id");
    if let Some(id) = app_id {
        application(world, id)?;
    }
    let matching: Vec<&UsageRecord> = world
        .usage
        .iter()
        .filter(|record| (from..=until).contains(&record.started_at_ms))
        .filter(|record| app_id.is_none_or(|id| id == record.app_id))
        .collect();
    let page_size = usize::try_from(page_size).unwrap_or_default();
    let skipped = usize::try_from(page - 1).unwrap_or(usize::MAX).saturating_mul(page_size);
    let list: Vec<Value> = matching.iter().skip(skipped).take(page_size).map(|record| describe(record)).collect();
    Ok(Some(json!({"total": matching.len(), "list": list})))
}

/// 000 L123-L141: every member in every row, empty or 0 where the charge item has no use for it. The times are text in
/// UTC+8 (H14: the document names no zone). Money is the product of doubles, unrounded, so its digits are a double's
/// (H16).
fn describe(record: &UsageRecord) -> Value {
    let units = match record.charge_term {
        6 => record.signals as f64,
        _ => record.total_time_s as f64 / 60.0,
    };
    let started_at = record.started_at_ms / 1000;
    json!({
        "app_id": record.app_id,
        "app_name": record.app_name,
        "product_id": record.product_id,
        "product_name": record.product_name,
        "amount": record.price * units,
        "price": record.price,
        "charge_term": record.charge_term,
        "start_time": LocalTime::at(started_at).text(),
        "end_time": LocalTime::at(started_at + record.total_time_s).text(),
        "total_time": record.total_time_s,
        "group_id": record.group_id,
        "resolution": record.resolution,
        "total_sig_num": record.signals,
        "stream_id": record.stream_id,
        "client_id": record.client_id,
        "transfer_type": record.transfer_type,
    })
}
