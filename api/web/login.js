// Logging in.

import { h } from "./dom.js";
import { field, form, input } from "./forms.js";
import { logIn } from "./session.js";

export function loginView(enter, reason) {
  const work = async (made) => {
    const { username, password } = made.elements;
    try {
      await logIn(username.value.trim(), password.value);
    } catch (error) {
      password.value = "";
      password.focus();
      throw error;
    }
    enter();
  };
  return h(
    "section",
    { class: "card login" },
    h("h1", {}, "Log in"),
    reason && h("p", { class: "notice", role: "status" }, reason),
    form(
      work,
      field("User name", input("username", { autocomplete: "username", autocapitalize: "none", autofocus: true })),
      field("Password", input("password", { type: "password", autocomplete: "current-password" })),
      h("div", { class: "actions" }, h("button", { class: "primary" }, "Log in")),
    ),
  );
}
