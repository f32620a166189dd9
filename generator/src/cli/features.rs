//! `lathe features` and `lathe matrix`: the feature models, and configurations that cover their combinations.

use clap::Args;

use super::session::Session;
use super::{Common, Exit, Outcome};
use crate::features::FeatureModel;
use crate::features::certificate::certificate;
use crate::features::cover::{Covering, MOST_SETS, Refusal, cover};
use crate::features::demand::Demand;
use crate::model::target::Targets;
use crate::model::{Model, feature_model};
use crate::report::console::{self, thousands};
use crate::report::json;
use crate::report::progress::Progress;
use crate::report::summary::Numbers;
use crate::suggest;
use crate::view::features;

/// What `lathe matrix` takes.
#[derive(Debug, Args)]
pub struct Arguments {
    /// How many features are combined [default: what the package states under `[matrix]`; 2 for other models]
    #[arg(long, value_name = "T", value_parser = clap::value_parser!(u8).range(2..=4))]
    strength: Option<u8>,
    /// The model [default: all of them]
    #[arg(long, value_name = "NAME")]
    model: Option<String>,
    /// The target on which it is built: features that don't exist there are off [default: features exist everywhere]
    #[arg(long, value_name = "NAME")]
    target: Option<String>,
    /// Which one of equally good arrays [default: what the package states under `[matrix]`; 1 for other models]
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
}

/// Runs `lathe features`.
pub fn run(common: &Common) -> Exit {
    let mut session = match Session::open(common) {
        Ok(session) => session,
        Err(exit) => return exit,
    };
    // What `check` refuses isn't shown: a model that is wrong has no rows, and what would be said of it is wrong too.
    let prepared = session.prepare_code();
    if prepared.tree.is_none() {
        return session.close(Outcome::Failure, &Numbers::default());
    }
    let models = match choose(&prepared.model, None) {
        Ok(models) => models,
        Err(exit) => return exit,
    };
    for (index, model) in models.iter().enumerate() {
        let shown = features::look(model);
        if session.json {
            console::output(&shown.json());
        } else {
            console::output(if index == 0 { "" } else { "\n" });
            console::output(&shown.text());
        }
    }
    session.close(Outcome::Found, &Numbers::default())
}

/// Runs `lathe matrix`.
pub fn matrix(common: &Common, arguments: &Arguments) -> Exit {
    let mut session = match Session::open(common) {
        Ok(session) => session,
        Err(exit) => return exit,
    };
    // What `check` refuses isn't shown: a model that is wrong has no rows, and what would be said of it is wrong too.
    let prepared = session.prepare_code();
    if prepared.tree.is_none() {
        return session.close(Outcome::Failure, &Numbers::default());
    }
    let target = arguments.target.as_deref();
    if let Err(exit) = known_target(&prepared.model, target) {
        return exit;
    }
    let models = match choose(&prepared.model, arguments.model.as_deref()) {
        Ok(models) => models,
        Err(exit) => return exit,
    };
    for (index, model) in models.iter().enumerate() {
        let model = model.on_target(target);
        let stated = model.demand;
        let demand = stated.at(arguments.strength.map_or(stated.strength, usize::from));
        let seed = arguments.seed.unwrap_or(demand.seed);
        let covering = match array(&session, &model, &Demand { seed, ..demand }) {
            Ok(covering) => covering,
            Err(exit) => return exit,
        };
        if session.json {
            console::output(&json::object("certificate", &certificate(&model, target, &covering)));
        } else {
            console::output(if index == 0 { "" } else { "\n" });
            console::output(&features::rows(&model, &covering));
        }
    }
    session.close(Outcome::Found, &Numbers::default())
}

/// An array within its bound, or a failure that is reported.
pub fn array(session: &Session, model: &FeatureModel, demand: &Demand) -> Result<Covering, Exit> {
    let covering = {
        // Much is tried for a small array: some seconds where there are many features.
        let _progress = Progress::start("Covering", !session.json);
        find(model, demand)?
    };
    let rows = covering.rows.len();
    match demand.budget {
        Some(budget) if rows > budget => {
            console::failure(
                &format!(
                    "the covering array of the {} has {rows} rows, and the specs allow {budget}",
                    model.title()
                ),
                "raise `budget` under `[matrix]` of the package, or try another `seed`",
            );
            Err(Exit::Failure)
        }
        _ => Ok(covering),
    }
}

fn find(model: &FeatureModel, demand: &Demand) -> Result<Covering, Exit> {
    cover(model, demand).map_err(|refusal| {
        let (why, fix) = match refusal {
            Refusal::Void => (
                "no configuration is valid".to_owned(),
                "cargo lathe check shows why; mend that".to_owned(),
            ),
            Refusal::TooMany(sets) => (
                format!("there are {} sets of {} features", thousands(sets), demand.strength),
                format!(
                    "ask for a lower --strength: at most {} sets can be covered",
                    thousands(MOST_SETS)
                ),
            ),
            Refusal::TooHard => (
                "it can't be decided within bounds which combinations are feasible".to_owned(),
                "state fewer rules, or rules of fewer features".to_owned(),
            ),
        };
        console::failure(&format!("there is no covering array of the {}: {why}", model.title()), &fix);
        Exit::Failure
    })
}

fn known_target(model: &Model, target: Option<&str>) -> Result<(), Exit> {
    let Some(target) = target else { return Ok(()) };
    let known = || model.part::<Targets>().targets.iter().map(|target| target.name.as_str());
    if known().any(|name| name == target) {
        return Ok(());
    }
    let fix = match suggest::similar(target, known()) {
        Some(similar) => format!("did you mean `{similar}`?"),
        None => format!("there are: {}", suggest::list(known())),
    };
    console::failure(&format!("there is no target `{}`", target.escape_debug()), &fix);
    Err(Exit::Failure)
}

/// The models, or the one of a name.
pub fn choose(model: &Model, name: Option<&str>) -> Result<Vec<FeatureModel>, Exit> {
    let mut models = feature_model::all(model);
    if models.is_empty() {
        console::failure(
            "no spec states features",
            "state them in a file that begins with `kind = \"feature\"`",
        );
        return Err(Exit::Failure);
    }
    let Some(name) = name else { return Ok(models) };
    let known: Vec<String> = models.iter().filter_map(|model| model.name.clone()).collect();
    models.retain(|model| model.name.as_deref() == Some(name));
    if models.is_empty() {
        let known = || known.iter().map(String::as_str);
        let fix = match (suggest::similar(name, known()), known().next()) {
            (Some(similar), _) => format!("did you mean `{similar}`?"),
            (None, Some(_)) => format!("there are: {}", suggest::list(known())),
            (None, None) => "no model has a name; leave --model out for the features of the workspace".to_owned(),
        };
        console::failure(&format!("there is no feature model `{}`", name.escape_debug()), &fix);
        return Err(Exit::Failure);
    }
    Ok(models)
}
