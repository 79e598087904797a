package dev.beamals.model;

import java.util.Map;

/** Manifests of models that only tests have. */
final class Manifests {
  private Manifests() {}

  /** One of two users and an item with string ids, that tells a name. */
  static Manifest named(String name) {
    return Manifest.of(
        ModelParameters.of(Map.of("rank", 1, "name", name)),
        new FactorsSummary(2, 1, false, false, "0123456789abcdef"));
  }

  /** What a manifest says is its name. */
  static String name(String json) {
    return String.valueOf(
        Manifest.parse("", Json.parse("manifest", json)).parameters().text("name"));
  }
}
