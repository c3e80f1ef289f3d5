package dev.portcullis.store.archive;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Compares two entries field by field, down to bytes, and names what differs; never says what stands in it. Stateless. */
final class FieldComparison {
    private static final String RECORDS = "dev.portcullis.store";

    private FieldComparison() {}

    /** @return the fields that differ, such as {@code OfGrant.access[3].expiresAt}; empty if none does */
    static List<String> differences(Entry one, @Nullable Entry other) {
        var found = new ArrayList<String>();
        compare(one.getClass().getSimpleName(), one, other, found);
        return found;
    }

    private static void compare(String path, @Nullable Object one, @Nullable Object other, List<String> found) {
        if (one instanceof List<?> list && other instanceof List<?> otherList) {
            compareLists(path, list, otherList, found);
        } else if (one instanceof byte[] bytes && other instanceof byte[] otherBytes) {
            addUnless(Arrays.equals(bytes, otherBytes), path, found);
        } else if (one instanceof Record record && isOurs(record) && isOfSameClass(record, other)) {
            for (RecordComponent field : record.getClass().getRecordComponents()) {
                compare(path + "." + field.getName(), value(field, one), value(field, other), found);
            }
        } else {
            addUnless(Objects.equals(one, other), path, found);
        }
    }

    private static void compareLists(String path, List<?> one, List<?> other, List<String> found) {
        addUnless(one.size() == other.size(), path + ".size", found);
        for (int i = 0; i < Math.min(one.size(), other.size()); i++) {
            compare(path + "[" + i + "]", one.get(i), other.get(i), found);
        }
    }

    private static void addUnless(boolean isSame, String path, List<String> found) {
        if (!isSame) {
            found.add(path);
        }
    }

    /** Others than those of the store hold no arrays, and are compared whole. */
    private static boolean isOurs(Record record) {
        return record.getClass().getPackageName().startsWith(RECORDS);
    }

    private static boolean isOfSameClass(Record record, @Nullable Object other) {
        return other != null && other.getClass() == record.getClass();
    }

    private static @Nullable Object value(RecordComponent field, @Nullable Object record) {
        try {
            return field.getAccessor().invoke(record);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("the field " + field.getName() + " cannot be read", e);
        }
    }
}
