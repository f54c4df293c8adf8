//! Billed usage records (000 L103-L141).

use serde_json::{Value, json};

use super::arguments::Query;
use super::{Answer, Hst, Refusal};
use crate::calendar::LocalTime;

/// One row of the bill.
pub struct UsageRecord {
    pub app_id: String,
    pub app_name: String,
    pub product_id: i32,
    pub product_name: &'static str,
    /// 000 L132; ids have holes (H15).
    pub charge_term: i32,
    pub price: f64,
    pub started_at_ms: i64,
    pub total_time_s: i64,
    pub signals: i64,
    pub group_id: String,
    pub resolution: &'static str,
    pub stream_id: String,
    pub client_id: String,
    /// 1 up, 2 down (000 L141).
    pub transfer_type: i32,
}

/// 000 L118.
const LARGEST_PAGE: i64 = 100;

impl Hst {
    /// `GET /v1/consuming/records`. H6: the document names neither the container of the list, nor a total, nor the first
    /// page. Chosen here: `result: {"total": …, "list": […]}`, pages from 1, oldest first.
    pub(super) fn usage_records(&self, query: &Query) -> Answer {
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
            self.application(id)?;
        }
        let matching: Vec<&UsageRecord> = self
            .usage
            .iter()
            .filter(|record| (from..=until).contains(&record.started_at_ms))
            .filter(|record| app_id.is_none_or(|id| id == record.app_id))
            .collect();
        let page_size = usize::try_from(page_size).unwrap_or_default();
        let skipped = usize::try_from(page - 1).unwrap_or(usize::MAX).saturating_mul(page_size);
        let list: Vec<Value> = matching.iter().skip(skipped).take(page_size).map(|r| r.describe()).collect();
        Ok(Some(json!({"total": matching.len(), "list": list})))
    }
}

impl UsageRecord {
    /// 000 L123-L141: every member in every row, empty or 0 where the charge item has no use for it. The times are text in
    /// UTC+8 (H14: the document names no zone). Money is the product of doubles, unrounded, so its digits are a double's
    /// (H16).
    fn describe(&self) -> Value {
        let units = match self.charge_term {
            6 => self.signals as f64,
            _ => self.total_time_s as f64 / 60.0,
        };
        let started_at = self.started_at_ms / 1000;
        json!({
            "app_id": self.app_id,
            "app_name": self.app_name,
            "product_id": self.product_id,
            "product_name": self.product_name,
            "amount": self.price * units,
            "price": self.price,
            "charge_term": self.charge_term,
            "start_time": LocalTime::at(started_at).text(),
            "end_time": LocalTime::at(started_at + self.total_time_s).text(),
            "total_time": self.total_time_s,
            "group_id": self.group_id,
            "resolution": self.resolution,
            "total_sig_num": self.signals,
            "stream_id": self.stream_id,
            "client_id": self.client_id,
            "transfer_type": self.transfer_type,
        })
    }
}
