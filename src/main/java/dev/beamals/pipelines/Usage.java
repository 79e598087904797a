package dev.beamals.pipelines;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** How a command is called whose options these are. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
@interface Usage {
  /** The flags whose values may stand without their names, in this order. A list is the last. */
  String[] words() default {};

  /** The flags without which it does nothing. */
  String[] required() default {};

  /** Calls that show what it is for. */
  String[] examples();
}
