package dev.beamals;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Who may name whom. CONTRIBUTING.md has the same as a map. */
class ArchitectureTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("dev.beamals");

  /** A package, then those that it may name; all may name the root. */
  static final List<String> PACKAGES =
      List.of(
          "root",
          "linalg",
          "ids",
          "files: ids",
          "ratings: ids",
          "csv: ratings files ids",
          "blocks: ratings ids",
          "als: blocks linalg ratings ids",
          "evaluation: recommend als blocks linalg ratings ids",
          "recommend: als blocks linalg files ratings ids",
          "model: als blocks files ids",
          "report: model recommend als blocks linalg files ratings ids",
          "schematransforms: model recommend evaluation als blocks linalg csv files ratings ids",
          "pipelines: report model recommend evaluation als blocks linalg csv files ratings ids");

  @ParameterizedTest
  @FieldSource("PACKAGES")
  void aPackageNamesOnlyThoseItMayName(String arrows) {
    List<String> names = Arrays.stream(arrows.split(":? ")).map(ArchitectureTest::full).toList();
    String[] allowed =
        Stream.concat(names.stream(), Stream.of(full("root"))).toArray(String[]::new);
    noClasses()
        .that()
        .resideInAPackage(names.get(0))
        .should()
        .dependOnClassesThat(
            resideInAPackage("dev.beamals..").and(resideOutsideOfPackages(allowed)))
        .allowEmptyShould(true)
        .check(CLASSES);
  }

  @Test
  void everyPackageHasALine() {
    List<String> known = PACKAGES.stream().map(arrows -> full(arrows.split(":")[0])).toList();
    for (JavaClass ours : CLASSES) {
      assertTrue(known.contains(ours.getPackageName()), ours.getName());
    }
  }

  @Test
  void noPackagesNameEachOther() {
    slices().matching("dev.beamals.(*)..").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void linearAlgebraKnowsNothingOfBeam() {
    noClasses()
        .that()
        .resideInAPackage(full("linalg"))
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.apache..")
        .check(CLASSES);
  }

  /** So that the library works where there is no Hadoop. */
  @Test
  void hadoopIsNamedByItsFileSystemsAndTheCommandLineAlone() {
    noClasses()
        .that()
        .resideOutsideOfPackage(full("pipelines"))
        .and()
        .haveNameNotMatching("dev\\.beamals\\.files\\.Hadoop(Files|Storage)")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.apache.hadoop..", "org.apache.beam.sdk.io.hdfs..")
        .check(CLASSES);
  }

  /** So that the library works with any runner. */
  @Test
  void runnersAreNamedByTheCommandLineAlone() {
    noClasses()
        .that()
        .resideOutsideOfPackage(full("pipelines"))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.apache.beam.runners..", "org.apache.spark..")
        .check(CLASSES);
  }

  /** So that the library, and the start of a command that makes no page, work without it. */
  @Test
  void theTemplateEngineIsNamedByPagesAlone() {
    noClasses()
        .that()
        .doNotHaveFullyQualifiedName(full("report") + ".ReportPage")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("com.github.mustachejava..")
        .check(CLASSES);
  }

  private static String full(String name) {
    return name.equals("root") ? "dev.beamals" : "dev.beamals." + name;
  }
}
