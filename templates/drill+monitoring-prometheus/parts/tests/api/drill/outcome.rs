//= uses
use super::alerts::Counted;
//= fields
    /// The alerts that tell a person if the failure lasts.
    pub alerts: Vec<String>,
//= before
        let counted = Counted::at(load.admin).await;
//= meanwhile
        let alerts = Counted::at(load.admin).await.alerts_since(&counted);
//= values
            alerts,
