package dev.beamals.report;

import java.util.ArrayList;
import java.util.List;

/** A part of a page; what was added to it is shown in this order: texts, charts, tables. */
final class Section {
  private final String id;
  private final String title;
  private final List<String> texts = new ArrayList<>();
  private final List<String> warnings = new ArrayList<>();
  private final List<Chart> charts = new ArrayList<>();
  private final List<Table> tables = new ArrayList<>();
  private final List<User> users = new ArrayList<>();

  /** A user with what it has and what is recommended to it. */
  record User(String title, List<Table> tables) {}

  Section(String id, String title) {
    this.id = id;
    this.title = title;
  }

  Section add(String text) {
    texts.add(text);
    return this;
  }

  Section warn(String text) {
    warnings.add(text);
    return this;
  }

  Section add(Chart chart) {
    charts.add(chart);
    return this;
  }

  Section add(Table table) {
    tables.add(table);
    return this;
  }

  Section add(User user) {
    users.add(user);
    return this;
  }

  /** Whether there is anything to show. */
  public boolean hasAny() {
    return !(texts.isEmpty() && charts.isEmpty() && tables.isEmpty() && users.isEmpty());
  }

  // Named as the template names them.

  public String id() {
    return id;
  }

  public String title() {
    return title;
  }

  public List<String> texts() {
    return texts;
  }

  public List<String> warnings() {
    return warnings;
  }

  public List<Chart> charts() {
    return charts;
  }

  public List<Table> tables() {
    return tables;
  }

  public List<User> users() {
    return users;
  }
}
