
    /// The feature of this name.
    pub fn from_name(name: &str) -> Option<Feature> {
        Feature::ALL.iter().copied().find(|feature| feature.name() == name)
    }

    /// Whether it exists on the target of this name.
    pub fn exists_on(self, target: &str) -> bool {
        self.targets().is_empty() || self.targets().contains(&target)
    }
}

impl fmt::Display for Feature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
