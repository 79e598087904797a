package dev.beamals;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.reflect.Constructor;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.CustomCoder;
import org.apache.beam.sdk.coders.DoubleCoder;
import org.apache.beam.sdk.coders.VarLongCoder;

/**
 * Codes a record of numbers, as counts and sums are: its longs, doubles and records of such, one
 * after the other. Deterministic.
 */
public final class NumbersCoder<T extends Record> extends CustomCoder<T> {
  private static final long serialVersionUID = 1L;
  private final Class<T> type;
  private final List<Coder<?>> components;

  private NumbersCoder(Class<T> type, List<Coder<?>> components) {
    this.type = type;
    this.components = components;
  }

  /**
   * @param type a record of longs, doubles and records of such
   */
  public static <T extends Record> NumbersCoder<T> of(Class<T> type) {
    List<Coder<?>> components = new ArrayList<>();
    for (Class<?> component : types(type)) {
      components.add(
          component == long.class
              ? VarLongCoder.of()
              : component == double.class
                  ? DoubleCoder.of()
                  : of(component.asSubclass(Record.class)));
    }
    return new NumbersCoder<>(type, components);
  }

  private static Class<?>[] types(Class<? extends Record> type) {
    return Arrays.stream(type.getRecordComponents())
        .map(RecordComponent::getType)
        .toArray(Class<?>[]::new);
  }

  @Override
  public void encode(T numbers, OutputStream out) throws IOException {
    try {
      for (int i = 0; i < components.size(); i++) {
        RecordComponent component = type.getRecordComponents()[i];
        component.getAccessor().setAccessible(true);
        encode(components.get(i), component.getAccessor().invoke(numbers), out);
      }
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(type.getName(), e);
    }
  }

  @SuppressWarnings("unchecked") // each coder is that of its component
  private static void encode(Coder<?> coder, Object number, OutputStream out) throws IOException {
    ((Coder<Object>) coder).encode(number, out);
  }

  @Override
  public T decode(InputStream in) throws IOException {
    Object[] numbers = new Object[components.size()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = components.get(i).decode(in);
    }
    try {
      Constructor<T> constructor = type.getDeclaredConstructor(types(type));
      constructor.setAccessible(true);
      return constructor.newInstance(numbers);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(type.getName(), e);
    }
  }

  @Override
  public void verifyDeterministic() {}
}
