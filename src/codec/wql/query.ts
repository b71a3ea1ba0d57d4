import type { ObjectPath } from './object-path.js';

/** A value that a query names; integers beyond 2^53 are bigints. */
export type Constant = string | number | bigint | boolean | null;

/** [MS-WMI] 2.2.1.1, OPERATOR; `!=` is `<>`. */
export type Operator = '=' | '<>' | '<' | '<=' | '>' | '>=' | 'LIKE';

/** [MS-WMI] 2.2.1.1, EXPR. A property may be one of an embedded object: `TargetInstance.Name`. */
export type Condition =
  | { readonly kind: 'and' | 'or'; readonly conditions: readonly Condition[] }
  | { readonly kind: 'not'; readonly condition: Condition }
  | { readonly kind: 'compare'; readonly property: string; readonly operator: Operator; readonly value: Constant }
  | { readonly kind: 'null'; readonly property: string; readonly isNull: boolean }
  | { readonly kind: 'isa'; readonly property: string; readonly className: string };

/** [MS-WMI] 2.2.1.1 and, with `within` or `group`, 2.2.1.2. */
export interface SelectQuery {
  readonly kind: 'select';
  /** Undefined for all. */
  readonly properties: readonly string[] | undefined;
  /** `meta_class` asks for classes. */
  readonly from: string;
  readonly where?: Condition;
  /** Seconds between two looks at what has changed. */
  readonly within?: number;
  readonly group?: { readonly seconds: number; readonly by: readonly string[]; readonly having?: Condition };
}

/** [MS-WMI] 2.2.1.1, OPTIONAL-ASSOC-WHERE and OPTIONAL-REF-WHERE. */
export interface AssociationFilter {
  readonly assocClass?: string;
  readonly resultClass?: string;
  readonly resultRole?: string;
  readonly role?: string;
  readonly requiredQualifier?: string;
  readonly requiredAssocQualifier?: string;
  readonly keysOnly?: boolean;
  readonly classDefsOnly?: boolean;
  readonly schemaOnly?: boolean;
}

/** ASSOCIATORS OF and REFERENCES OF, [MS-WMI] 2.2.1.1. */
export interface AssociationQuery extends AssociationFilter {
  readonly kind: 'associators' | 'references';
  readonly of: ObjectPath;
}

/** What `parseWql` gives. */
export type WqlQuery = SelectQuery | AssociationQuery;

/** What a query for classes selects from. */
export const META_CLASS = 'meta_class';
