package dev.portcullis.ops;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaAccess.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import dev.portcullis.mcp.ProtocolVersion;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The house of design.md §4: which room may look into which. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ArchitectureTest {
    private static final String BASE = "dev.portcullis.";
    private static final Pattern MODULE =
            Pattern.compile("/(core|transport|ops|benchmarks)/target/|/portcullis-(core|transport|ops|benchmarks)-");

    /** Lowest first. A room may look into those of lower rows only; rooms of one row do not know each other. */
    private static final List<List<String>> CORE = List.of(
            List.of("telemetry", "json", "fetch", "crypto"),
            List.of("jsonrpc", "identity"),
            List.of("policy", "store"),
            List.of("cluster"),
            List.of("redis"),
            List.of("mcp", "oauth"),
            List.of("image"),
            List.of("tool"));

    private static final List<List<String>> TRANSPORT = List.of(
            List.of("http"), List.of("sse"), List.of("endpoint", "gateway"), List.of("pipeline"), List.of("server"));

    private static final List<String> TOP = List.of("ops", "benchmarks");

    private final JavaClasses classes = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages(BASE.substring(0, BASE.length() - 1));

    @Test
    void packagesWhenImportedThenEachFirstWordIsARoomOfTheHouse() {
        var rooms = new HashSet<String>(TOP);
        CORE.forEach(rooms::addAll);
        TRANSPORT.forEach(rooms::addAll);

        assertThat(modulesByWord().keySet()).isSubsetOf(rooms).contains("ops", "http", "oauth");
    }

    @Test
    void packagesWhenImportedThenEachFirstWordBelongsToOneModule() {
        assertThat(modulesByWord())
                .allSatisfy((word, modules) -> assertThat(modules)
                        .as("modules that have " + BASE + word)
                        .hasSize(1));
    }

    @Test
    void roomsWhenTheyLookIntoOthersThenIntoLowerOnesOnly() {
        var rows = new ArrayList<>(CORE);
        rows.addAll(TRANSPORT);
        rows.add(List.of("benchmarks"));
        rows.add(List.of("ops"));
        for (int row = 0; row < rows.size(); row++) {
            for (String room : rows.get(row)) {
                var forbidden = new ArrayList<String>();
                rows.subList(row, rows.size()).forEach(forbidden::addAll);
                forbidden.remove(room);
                forbid(room, forbidden);
            }
        }
    }

    private void forbid(String room, List<String> others) {
        String[] packages = others.stream().map(other -> BASE + other + "..").toArray(String[]::new);
        if (packages.length > 0) {
            noClasses()
                    .that()
                    .resideInAPackage(BASE + room + "..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(packages)
                    .as("room " + room + " looks into lower rooms only")
                    .allowEmptyShould(true)
                    .check(classes);
        }
    }

    @Test
    void packagesWhenTheyDependOnEachOtherThenWithoutACycle() {
        slices().matching("dev.portcullis.(**)")
                .namingSlices("$1")
                .should()
                .beFreeOfCycles()
                .check(classes);
    }

    @Test
    void coreWhenItNeedsAnythingThenNotNettyNorMicrometer() {
        noClasses()
                .that()
                .resideInAnyPackage(packagesOf(CORE))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.netty..", "io.micrometer..")
                .check(classes);
    }

    @Test
    void transportWhenItCountsThenByTelemetryOnly() {
        noClasses()
                .that()
                .resideInAnyPackage(packagesOf(TRANSPORT))
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.micrometer..")
                .check(classes);
    }

    @Test
    void packagesWhenTheyHaveClassesThenAreNullMarked() {
        var bare = new TreeSet<String>();
        for (JavaClass type : classes) {
            JavaPackage home = type.getPackage();
            if (!home.isAnnotatedWith(NullMarked.class)) {
                bare.add(home.getName());
            }
        }

        assertThat(bare).as("packages without @NullMarked").isEmpty();
    }

    /** T-117: there is one source of randomness. ThreadLocalRandom spreads load and salts hash tables, in transport only. */
    @Test
    void randomnessWhenNeededThenComesFromRandoms() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.util.Random")
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.util.SplittableRandom")
                .orShould()
                .callMethod(Math.class, "random")
                .orShould()
                .callMethod(java.util.UUID.class, "nameUUIDFromBytes", byte[].class)
                .check(classes);
        noClasses()
                .that()
                .resideInAnyPackage(packagesOf(CORE))
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.util.concurrent.ThreadLocalRandom")
                .check(classes);
        noClasses()
                .that(not(resideInAPackage(BASE + "crypto..")))
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.security.SecureRandom")
                .check(classes);
    }

    /** T-118. */
    @Test
    void bytesWhenReadThenAreNeverSerializedObjects() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .areAssignableTo(ObjectInputStream.class)
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(ObjectOutputStream.class)
                .check(classes);
    }

    /** T-118: no XML parser, by which files and networks are reached. */
    @Test
    void textWhenReadThenIsNeverXml() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("javax.xml..", "org.xml..")
                .check(classes);
    }

    @Test
    void outputWhenNotOfOpsThenGoesToALogger() {
        noClasses()
                .that(not(resideInAnyPackage(BASE + "ops..", BASE + "benchmarks.."))
                        .as("are not of the command line"))
                .should()
                .accessField(System.class, "out")
                .orShould()
                .accessField(System.class, "err")
                .orShould()
                .callMethod(Throwable.class, "printStackTrace")
                .check(classes);
    }

    /** What differs between revisions is asked of the Revision: nobody else picks one out, or compares two. Whether one has sessions is a property, and may be asked. */
    private static ArchRule revisionsStayInTheirRoom() {
        return noClasses()
                .that(not(resideInAPackage(BASE + "mcp.revision..")).and(not(type(ProtocolVersion.class))))
                .should()
                .accessFieldWhere(target(owner(type(ProtocolVersion.class))).and(target(nameMatching("V\\d.*"))))
                .orShould()
                .callMethodWhere(target(owner(type(ProtocolVersion.class)))
                        .and(target(nameMatching("ordinal|compareTo|name|valueOf"))));
    }

    @Test
    void revisionsWhenTheyDifferThenOnlyInTheirRoom() {
        revisionsStayInTheirRoom().check(classes);
    }

    @Test
    void revisionsWhenOthersTellThemApartThenIsNoticed() { // else the rule proves nothing
        for (var offender : List.of(PicksOne.class, ComparesTwo.class)) {
            var offenders = new ClassFileImporter().importClasses(offender);
            assertThat(revisionsStayInTheirRoom().evaluate(offenders).hasViolation())
                    .as("%s", offender)
                    .isTrue();
        }
    }

    /** Breaks the rule. */
    static final class PicksOne {
        static boolean isIt(ProtocolVersion version) {
            return version == ProtocolVersion.V2025_06_18;
        }
    }

    /** Breaks the rule. */
    static final class ComparesTwo {
        static boolean areInOrder(ProtocolVersion one, ProtocolVersion other) {
            return one.compareTo(other) < 0;
        }
    }

    private static String[] packagesOf(List<List<String>> rows) {
        return rows.stream()
                .flatMap(List::stream)
                .map(room -> BASE + room + "..")
                .toArray(String[]::new);
    }

    /** First word of a package below the base → modules in which it was found. */
    private Map<String, Set<String>> modulesByWord() {
        var modules = new HashMap<String, Set<String>>();
        for (JavaClass type : classes) {
            String word = type.getPackageName().substring(BASE.length()).split("\\.", -1)[0];
            String uri = type.getSource().orElseThrow().getUri().toString();
            var module = MODULE.matcher(uri);
            assertThat(module.find()).as(uri).isTrue();
            modules.computeIfAbsent(word, _ -> new HashSet<>())
                    .add(module.group(1) == null ? module.group(2) : module.group(1));
        }
        return modules;
    }
}
