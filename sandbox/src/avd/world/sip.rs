//! SIP gateways, and the accounts behind them.

pub(crate) struct Gate {
    pub(crate) name: String,
    pub(crate) url: String,
}

pub(crate) struct Account {
    pub(crate) gate_id: i64,
    pub(crate) name: String,
    pub(crate) password: String,
    pub(crate) number: String,
}
